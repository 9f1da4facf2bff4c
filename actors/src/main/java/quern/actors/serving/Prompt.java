package quern.actors.serving;

import java.util.List;
import java.util.Map;

/** What an answer continues. */
public sealed interface Prompt {

    /**
     * Goes through the model's chat template; the answer is the assistant's.
     *
     * @param messages as in the chat completion API, values as Java maps, lists, strings, numbers, booleans and null
     * @param tools the same; empty: the model is told of none
     */
    record Chat(List<Map<String, Object>> messages, List<Map<String, Object>> tools) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }
    }

    /** Plain text, after the beginning-of-sequence token if the model has one. */
    record Text(String text) implements Prompt {}

    /** Token ids as they are. */
    record Tokens(List<Integer> ids) implements Prompt {
        public Tokens {
            ids = List.copyOf(ids);
        }
    }
}
