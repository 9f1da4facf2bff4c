package quern.actors.serving;

/** Turns prompts into token ids. Safe for any thread. */
@FunctionalInterface
public interface PromptEncoder {

    /** @throws quern.config.QuernException ERROR if the prompt cannot be rendered or encoded */
    int[] encode(Prompt prompt);
}
