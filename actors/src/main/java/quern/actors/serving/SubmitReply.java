package quern.actors.serving;

import org.apache.pekko.actor.typed.ActorRef;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolSyntax;

/** Whether a request runs. */
public sealed interface SubmitReply {

    /**
     * @param id of the request, for {@link GenerationRouter.Cancel}
     * @param model id of what serves it, aliases resolved
     * @param fingerprint short fingerprint of weights and adapter
     * @param promptTokens of all prompts together
     * @param tokenizer of the model, to show tokens
     * @param toolSyntax how the model writes calls of functions
     */
    record Accepted(
            ActorRef<Generation.Command> generation,
            String id,
            String model,
            String fingerprint,
            int promptTokens,
            Tokenizer tokenizer,
            ToolSyntax toolSyntax)
            implements SubmitReply {}

    /** It does not, and no event will come. */
    sealed interface Rejected extends SubmitReply {}

    record Overloaded(String message) implements Rejected {}

    record UnknownModel(String model) implements Rejected {}

    record PromptTooLong(int promptTokens, int contextTokens) implements Rejected {}

    /** @param field the request field at fault */
    record Invalid(String field, String message) implements Rejected {}

    /** Its model is being loaded. @param retrySeconds after which it should be there */
    record ModelLoading(String message, int retrySeconds) implements Rejected {}

    /** Its model could not be loaded. @param retrySeconds after which it is tried again */
    record ModelFailed(String reason, int retrySeconds) implements Rejected {}

    record NotReady(String reason) implements Rejected {}

    /** Something of ours broke over it. */
    record Broken(String message) implements Rejected {}
}
