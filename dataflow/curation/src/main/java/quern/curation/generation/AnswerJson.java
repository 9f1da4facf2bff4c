package quern.curation.generation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import quern.curation.TextGenerator.Answer;

/** Reads the JSON object of an answer, also out of a code fence or a sentence around it, and checks its fields. */
final class AnswerJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AnswerJson() {}

    /** @throws UnusableAnswer if there is none */
    static ObjectNode object(Answer answer) {
        String text = answer.text();
        if (text.isBlank()) {
            throw new UnusableAnswer("empty");
        }
        int from = text.indexOf('{');
        int to = text.lastIndexOf('}');
        if (from >= 0 && to > from) {
            try {
                if (MAPPER.readTree(text.substring(from, to + 1)) instanceof ObjectNode object) {
                    return object;
                }
            } catch (JsonProcessingException | StackOverflowError e) {
                throw new UnusableAnswer(answer.complete() ? "not JSON" : "cut off");
            }
        }
        throw new UnusableAnswer(answer.complete() ? "not JSON" : "cut off");
    }

    /** A text that is more than white space, without white space around it. */
    static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw new UnusableAnswer("no text in " + field);
        }
        return value.textValue().strip();
    }

    static double number(JsonNode object, String field, double min, double max) {
        JsonNode value = object.path(field);
        if (!value.isNumber()) {
            throw new UnusableAnswer("no number in " + field);
        }
        if (!(value.doubleValue() >= min && value.doubleValue() <= max)) {
            throw new UnusableAnswer(field + " out of range");
        }
        return value.doubleValue();
    }

    static List<JsonNode> objects(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isArray()) {
            throw new UnusableAnswer("no list in " + field);
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(item -> {
            if (!item.isObject()) {
                throw new UnusableAnswer("no objects in " + field);
            }
            items.add(item);
        });
        return items;
    }

    /** Texts of a list, without white space around them and without empty ones; each once. */
    static List<String> texts(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isArray()) {
            throw new UnusableAnswer("no list in " + field);
        }
        List<String> items = new ArrayList<>();
        value.forEach(item -> {
            if (!item.isTextual()) {
                throw new UnusableAnswer("no texts in " + field);
            }
            String text = item.textValue().strip();
            if (!text.isEmpty() && !items.contains(text)) {
                items.add(text);
            }
        });
        return items;
    }
}
