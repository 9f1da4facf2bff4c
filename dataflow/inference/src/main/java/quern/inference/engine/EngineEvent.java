package quern.inference.engine;

import java.util.Optional;
import quern.config.QuernException;
import quern.inference.StepWork;
import quern.inference.sampling.TokenLogprobs;

/**
 * What a step did. Every submitted sequence gets any number of {@link TokenProduced} and then exactly one
 * {@link Finished}, {@link Embedded}, {@link Scored} or {@link Failed}.
 */
public sealed interface EngineEvent {

    /**
     * @param text text that is now certain: whole characters, nothing that may yet become a stop string; often empty
     * @param logprobs present if the request asked for them
     */
    record TokenProduced(long sequenceId, int token, String text, Optional<TokenLogprobs> logprobs)
            implements EngineEvent {}

    /** The last event of a sequence. */
    sealed interface Terminal extends EngineEvent {
        long sequenceId();
    }

    /**
     * @param text the rest of the text, held back until now; often empty; to be appended to the pieces before
     * @param stop the stop string that ended the answer, if one did
     */
    record Finished(long sequenceId, FinishReason reason, String text, Optional<String> stop, Usage usage)
            implements Terminal {}

    /** @param vector of length 1 */
    record Embedded(long sequenceId, float[] vector, Usage usage) implements Terminal {}

    /** @param logprobs natural logarithms, one for each token that was to be scored, in order */
    record Scored(long sequenceId, double[] logprobs, Usage usage) implements Terminal {}

    record Failed(long sequenceId, QuernException cause) implements Terminal {}

    /** Attached work is done or broke; the loop has let go of it. */
    record WorkEnded(StepWork work, Optional<QuernException> failure) implements EngineEvent {}
}
