package quern.actors.serving;

import java.util.Optional;
import quern.config.QuernException;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;
import quern.inference.sampling.TokenLogprobs;

/** What an accepted request brings: pieces and ended answers in any number, then exactly one {@link Terminal}. */
public sealed interface GenerationEvent {

    /** @param text whole characters, often empty */
    record Piece(int answer, int token, String text, Optional<TokenLogprobs> logprobs) implements GenerationEvent {}

    /** @param text what was held back until now, to be appended */
    record AnswerEnded(int answer, FinishReason reason, String text) implements GenerationEvent {}

    /** After it comes nothing. */
    sealed interface Terminal extends GenerationEvent {}

    /** Every answer ended. */
    record Completed(Usage usage) implements Terminal {}

    record Broken(QuernException cause) implements Terminal {}
}
