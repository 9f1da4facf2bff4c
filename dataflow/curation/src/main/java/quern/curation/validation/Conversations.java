package quern.curation.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Conversations in one of two forms, with a number of turns within limits. {@code swift_messages}: {@code messages},
 * each with {@code role} (system, user, assistant) and {@code content}. {@code dj_conversation}: texts
 * {@code instruction}, {@code query} and {@code response}, a text {@code system} and pairs of texts {@code history} if
 * there are any; turns are counted where there is a history, its pairs and one more.
 */
public record Conversations(Form form, int turnsMin, int turnsMax, int samplesMax) implements Validator {

    /** How a conversation is written. */
    public enum Form {
        SWIFT_MESSAGES, DJ_CONVERSATION
    }

    private static final Set<String> ROLES = Set.of("system", "user", "assistant");

    @Override
    public String type() {
        return form == Form.SWIFT_MESSAGES ? "swift_messages" : "dj_conversation";
    }

    @Override
    public Optional<String> problem(List<ObjectNode> samples) {
        for (int i = 0; i < samples.size(); i++) {
            String problem = form == Form.SWIFT_MESSAGES ? messages(samples.get(i)) : turns(samples.get(i));
            if (problem != null) {
                return Optional.of("sample " + (i + 1) + ": " + problem);
            }
        }
        return Optional.empty();
    }

    private String messages(ObjectNode sample) {
        JsonNode messages = sample.path("messages");
        if (!messages.isArray()) {
            return found("messages", messages, "list");
        }
        if (messages.size() < turnsMin || messages.size() > turnsMax) {
            return counted(messages.size(), "messages");
        }
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (!ROLES.contains(message.path("role").asText())) {
                return "message " + (i + 1) + " has role '" + message.path("role").asText()
                        + "', expected system, user or assistant";
            }
            if (message.path("content").isMissingNode() || message.path("content").isNull()) {
                return "message " + (i + 1) + " has no content";
            }
        }
        return null;
    }

    private String turns(ObjectNode sample) {
        for (String field : List.of("instruction", "query", "response", "system")) {
            boolean given = sample.has(field) || !field.equals("system");
            if (given && !sample.path(field).isTextual()) {
                return found(field, sample.path(field), "str");
            }
        }
        JsonNode history = sample.path("history");
        if (history.isMissingNode()) {
            return null;
        }
        if (!history.isArray()) {
            return found("history", history, "list");
        }
        if (history.size() + 1 < turnsMin || history.size() + 1 > turnsMax) {
            return counted(history.size() + 1, "turns");
        }
        for (int i = 0; i < history.size(); i++) {
            JsonNode turn = history.get(i);
            if (turn.size() != 2 || !turn.path(0).isTextual() || !turn.path(1).isTextual()) {
                return "turn " + (i + 1) + " of the history is no pair of texts";
            }
        }
        return null;
    }

    private String counted(int count, String what) {
        return count + " " + what + ", expected " + turnsMin + " to " + turnsMax;
    }

    private static String found(String field, JsonNode value, String expected) {
        return "field '" + field + "' is " + FieldType.nameOf(value) + ", expected " + expected;
    }
}
