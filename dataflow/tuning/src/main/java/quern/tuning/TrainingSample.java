package quern.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.QuernException;

/**
 * What one example teaches. Read from a JSON object of one of these forms: {@code messages} (OpenAI's chat format, with
 * {@code tools} and a {@code weight} of 0 for answers not to be learnt), {@code prompt} and {@code completion},
 * {@code instruction}, maybe {@code input}, and {@code output}, {@code query} and {@code response}, or {@code text}.
 * A field {@code span} says what an answer must contain; without it, the whole answer.
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

    /**
     * @throws QuernException if the object has none of the forms, or a field of the wrong type, naming it
     */
    static TrainingSample of(JsonNode sample) {
        Optional<String> span = sample.has("span") ? Optional.of(text(sample, "span")) : Optional.empty();
        if (sample.has("messages")) {
            return chat(sample, span);
        }
        if (sample.has("prompt") && sample.has("completion")) {
            return new Completion(text(sample, "prompt"), text(sample, "completion"), span);
        }
        if (sample.has("instruction") && sample.has("output")) {
            String input = sample.hasNonNull("input") ? text(sample, "input") : "";
            String question = text(sample, "instruction") + (input.isBlank() ? "" : "\n\n" + input);
            return new Chat(Chat.of(question, text(sample, "output")).messages(), List.of(), span);
        }
        if (sample.has("query") && sample.has("response")) {
            return new Chat(Chat.of(text(sample, "query"), text(sample, "response")).messages(), List.of(), span);
        }
        if (sample.has("text")) {
            return new Text(text(sample, "text"));
        }
        throw refused("has none of messages, prompt and completion, instruction and output, query and response, text");
    }

    private static Chat chat(JsonNode sample, Optional<String> span) {
        boolean answered = false;
        if (!sample.get("messages").isArray()) {
            throw refused("has messages of type " + sample.get("messages").getNodeType() + ", expected an array");
        }
        for (JsonNode message : sample.get("messages")) {
            if (!message.path("role").isTextual()) {
                throw refused("has a message without a role");
            }
            boolean assistant = message.get("role").asText().equals("assistant");
            if (!message.path("content").isTextual() && !(assistant && message.has("tool_calls"))) {
                throw refused("has a message of " + message.get("role").asText() + " whose content is no string");
            }
            answered |= assistant;
        }
        if (!answered) {
            throw refused("has no message of the assistant to learn");
        }
        return new Chat(objects(sample.get("messages")), objects(sample.path("tools")), span);
    }

    private static List<Map<String, Object>> objects(JsonNode array) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (JsonNode object : array) {
            objects.add(new ObjectMapper().convertValue(object, new TypeReference<Map<String, Object>>() {}));
        }
        return objects;
    }

    private static String text(JsonNode sample, String field) {
        JsonNode value = sample.get(field);
        if (!value.isTextual()) {
            throw refused("has a field " + field + " of type " + value.getNodeType() + ", expected a string");
        }
        return value.asText();
    }

    private static QuernException refused(String problem) {
        return new QuernException(QuernException.Category.ERROR, "training sample " + problem);
    }
}
