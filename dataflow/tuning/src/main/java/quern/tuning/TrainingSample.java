package quern.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.QuernException;

/**
 * What one example teaches; {@link SampleForm} says how it is written down. A field {@code span} says what an answer
 * must contain; without it, the whole answer.
 */
public sealed interface TrainingSample {

    /** A conversation; the assistant's turns are learnt. */
    record Chat(List<Map<String, Object>> messages, List<Map<String, Object>> tools, Optional<String> span)
            implements TrainingSample {

        /** One question and its answer. */
        public static Chat of(String question, String answer) {
            return new Chat(List.of(
                    Map.of("role", "user", "content", question), Map.of("role", "assistant", "content", answer)),
                    List.of(), Optional.empty());
        }
    }

    /** A text and how it goes on; the completion is learnt. */
    record Completion(String prompt, String completion, Optional<String> span) implements TrainingSample {}

    /** Plain text; all of it is learnt. */
    record Text(String text) implements TrainingSample {}

    /** Two answers to one question, of one form; learnt is to prefer the first. */
    record Pair(TrainingSample chosen, TrainingSample rejected) implements TrainingSample {

        /** Whether it says what an answer must contain. */
        boolean namesSpan() {
            return switch (chosen) {
                case Chat chat -> chat.span().isPresent();
                case Completion completion -> completion.span().isPresent();
                case Text text -> false;
                case Pair pair -> pair.namesSpan();
            };
        }
    }

    /**
     * @throws QuernException if the object has none of the forms, or a field of the wrong type, naming it
     */
    static TrainingSample of(JsonNode sample) {
        return SampleForm.of(sample).read(sample);
    }
}
