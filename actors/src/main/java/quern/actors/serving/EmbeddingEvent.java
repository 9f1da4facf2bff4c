package quern.actors.serving;

import java.util.List;
import quern.config.QuernException;

/** What an accepted embedding request brings: exactly one of these. */
public sealed interface EmbeddingEvent {

    /**
     * @param vectors one of length 1 for each input, in order
     * @param promptTokens of all inputs together
     */
    record Completed(List<float[]> vectors, int promptTokens) implements EmbeddingEvent {}

    record Broken(QuernException cause) implements EmbeddingEvent {}
}
