package quern.actors.serving;

import java.util.Optional;
import java.util.function.Supplier;
import quern.inference.sampling.TokenMask;
import quern.inference.tool.ToolSyntax;

/** Turns prompts into token ids, and what an answer must look like into masks. Safe for any thread. */
@FunctionalInterface
public interface PromptEncoder {

    /** @throws quern.config.QuernException ERROR if the prompt cannot be rendered or encoded */
    int[] encode(Prompt prompt);

    /**
     * A mask for each answer; absent where every text will do.
     *
     * @throws quern.inference.grammar.GrammarException if the form cannot be held
     */
    default Optional<Supplier<TokenMask>> masks(AnswerForm form) {
        if (form == AnswerForm.Free.TEXT) {
            return Optional.empty();
        }
        throw new IllegalArgumentException("only free text can be had here, not " + form);
    }

    /** How the model writes calls of functions. */
    default ToolSyntax toolSyntax() {
        return ToolSyntax.PLAIN;
    }
}
