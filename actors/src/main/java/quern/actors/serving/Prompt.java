package quern.actors.serving;

import java.util.List;

/** What an answer continues. */
public sealed interface Prompt {

    /** Goes through the model's chat template; the answer is the assistant's. */
    record Chat(List<ChatMessage> messages) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
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
