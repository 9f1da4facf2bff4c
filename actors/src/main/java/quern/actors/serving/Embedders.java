package quern.actors.serving;

import java.util.Optional;

/**
 * What makes embeddings here.
 *
 * @param decoder the base model and its adapters, if they can be asked
 * @param encoder of the model that is one, if there is one
 */
public record Embedders(Optional<Embedder> decoder, Optional<Embedder> encoder) {

    public static final Embedders NONE = new Embedders(Optional.empty(), Optional.empty());

    public Optional<Embedder> of(ServedModel model) {
        return model.encoder() ? encoder : decoder;
    }
}
