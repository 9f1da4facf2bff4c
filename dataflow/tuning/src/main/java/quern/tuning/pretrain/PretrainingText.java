package quern.tuning.pretrain;

import java.util.List;

/** One piece of text to learn from: plain prose, or a conversation in the model's chat form. */
public sealed interface PretrainingText {

    /** Running text without roles. */
    record Prose(String text) implements PretrainingText {}

    /** Turns of a conversation, the last by the assistant. */
    record Conversation(List<Turn> turns) implements PretrainingText {}

    /** @param role {@code system}, {@code user} or {@code assistant} */
    record Turn(String role, String content) {}
}
