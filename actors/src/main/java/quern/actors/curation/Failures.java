package quern.actors.curation;

import quern.actors.serving.SubmitReply;
import quern.config.QuernException;
import quern.curation.GenerationException;
import quern.curation.GenerationException.Kind;
import quern.inference.engine.DeadlineExceeded;
import quern.inference.engine.RequestRefused;

/** What a question to a model failed with, as operators are told. */
final class Failures {

    private Failures() {}

    /** What to tell an operator; other retryable ones are tried again here. */
    static QuernException of(Throwable cause) {
        return switch (cause) {
            case GenerationException known -> known;
            case DeadlineExceeded late -> new GenerationException(Kind.TIMEOUT, late.getMessage());
            case RequestRefused refused -> switch (refused.reason()) {
                case PROMPT_TOO_LONG, POOL_TOO_SMALL ->
                    new GenerationException(Kind.TOO_LONG, refused.getMessage());
                case QUEUE_FULL -> new QuernException(
                        QuernException.Category.RETRYABLE, refused.getMessage(), refused);
                case INVALID, UNKNOWN_ADAPTER -> new GenerationException(Kind.REFUSED, refused.getMessage());
            };
            case QuernException other when other.category() == QuernException.Category.RETRYABLE -> other;
            case QuernException other -> new GenerationException(Kind.FAILED, other.getMessage());
            default -> new QuernException(QuernException.Category.RETRYABLE, cause.toString(), cause);
        };
    }

    static QuernException of(SubmitReply.Rejected rejected) {
        return switch (rejected) {
            case SubmitReply.Overloaded busy -> new QuernException(QuernException.Category.RETRYABLE, busy.message());
            case SubmitReply.ModelLoading wait ->
                new QuernException(QuernException.Category.RETRYABLE, wait.message());
            case SubmitReply.ModelFailed failed -> new GenerationException(Kind.FAILED, failed.reason());
            case SubmitReply.NotReady not -> new QuernException(QuernException.Category.RETRYABLE, not.reason());
            case SubmitReply.PromptTooLong tooLong -> new GenerationException(Kind.TOO_LONG, tooLong.promptTokens()
                    + " tokens, the context holds " + tooLong.contextTokens());
            case SubmitReply.Invalid invalid -> new GenerationException(Kind.REFUSED, invalid.message());
            case SubmitReply.UnknownModel unknown -> new GenerationException(Kind.REFUSED, unknown.model());
            case SubmitReply.Broken broken -> new GenerationException(Kind.FAILED, broken.message());
        };
    }
}
