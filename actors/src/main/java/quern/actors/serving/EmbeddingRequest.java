package quern.actors.serving;

import java.util.List;
import java.util.OptionalInt;
import quern.actors.Caller;

/**
 * Embeddings wanted.
 *
 * @param model a model id or alias
 * @param inputs at least one; texts or token ids
 * @param dimensions leading elements to keep; absent: all
 */
public record EmbeddingRequest(String model, List<Prompt> inputs, OptionalInt dimensions, Caller caller) {

    public EmbeddingRequest {
        inputs = List.copyOf(inputs);
    }
}
