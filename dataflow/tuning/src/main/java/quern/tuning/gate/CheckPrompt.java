package quern.tuning.gate;

import java.util.List;
import java.util.Map;

/** What a check asks a model. */
public sealed interface CheckPrompt {

    /**
     * Goes through the model's chat template; the answer is the assistant's.
     *
     * @param messages as in the chat completion API
     */
    record Chat(List<Map<String, Object>> messages) implements CheckPrompt {
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    /** A text that the model goes on with. */
    record Text(String text) implements CheckPrompt {}

    /** As a report shows it: the last thing said. */
    default String shown() {
        return switch (this) {
            case Chat chat -> String.valueOf(chat.messages().getLast().get("content"));
            case Text text -> text.text();
        };
    }
}
