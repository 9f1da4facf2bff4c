package quern.actors.serving;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import quern.actors.Caller;

/**
 * Embeddings wanted.
 *
 * @param model a model id or alias
 * @param inputs at least one; texts or token ids
 * @param dimensions leading elements to keep; absent: all
 * @param keepAlive how long its model stays loaded afterwards; absent: as configured
 */
public record EmbeddingRequest(
        String model, List<Prompt> inputs, OptionalInt dimensions, Caller caller, Optional<Duration> keepAlive) {

    public EmbeddingRequest(String model, List<Prompt> inputs, OptionalInt dimensions, Caller caller) {
        this(model, inputs, dimensions, caller, Optional.empty());
    }

    public EmbeddingRequest {
        inputs = List.copyOf(inputs);
    }
}
