package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code messages}: what was said, calls of functions and their results, as templates take them. */
final class ChatMessages {

    private static final int MESSAGES_MAX = 4096;
    private static final int PARTS_MAX = 256;
    private static final int CALLS_MAX = 256;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    private ChatMessages() {}

    /** @throws ApiError 400 naming the place */
    static List<Map<String, Object>> read(Fields body) {
        List<Fields> list = body.objects("messages", MESSAGES_MAX).orElseThrow(() -> body.missing("messages"));
        if (list.isEmpty()) {
            throw body.invalid("messages", "is empty, expected at least one message");
        }
        var messages = new ArrayList<Map<String, Object>>();
        for (Fields message : list) {
            messages.add(message(message));
        }
        return messages;
    }

    private static Map<String, Object> message(Fields message) {
        String role = message.requiredText("role");
        if (!ROLES.contains(role)) {
            throw message.invalid("role", "is not one of system, developer, user, assistant, tool");
        }
        Map<String, Object> read = new LinkedHashMap<>();
        read.put("role", role.equals("developer") ? "system" : role);
        List<Map<String, Object>> calls = role.equals("assistant") ? calls(message) : List.of();
        Optional<JsonNode> content = message.raw("content");
        if (content.isEmpty() && calls.isEmpty()) {
            throw message.missing("content");
        }
        read.put("content", content.map(given -> text(message, given)).orElse(null));
        if (!calls.isEmpty()) {
            read.put("tool_calls", calls);
        }
        if (role.equals("tool")) {
            read.put("tool_call_id", message.requiredText("tool_call_id"));
        }
        message.text("name").ifPresent(name -> {
            if (role.equals("tool")) {
                read.put("name", name);
            }
        });
        if (calls.isEmpty()) {
            message.only("tool_calls", Set.of("[]"));
        }
        message.only("annotations", Set.of("[]"));
        message.refuseOthers();
        return read;
    }

    private static String text(Fields message, JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw message.wrongType("content", "a string or an array of parts", content);
        }
        var text = new StringBuilder();
        for (Fields part : message.objects("content", PARTS_MAX).orElseThrow()) {
            part.only("type", Set.of("text"));
            part.requiredText("type");
            text.append(part.requiredText("text"));
            part.refuseOthers();
        }
        return text.toString();
    }

    private static List<Map<String, Object>> calls(Fields message) {
        var calls = new ArrayList<Map<String, Object>>();
        for (Fields call : message.objects("tool_calls", CALLS_MAX).orElse(List.of())) {
            Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
            Map<String, Object> named = new LinkedHashMap<>();
            named.put("name", function.requiredText("name"));
            named.put("arguments", function.requiredText("arguments"));
            function.refuseOthers();
            Map<String, Object> read = new LinkedHashMap<>();
            read.put("id", call.requiredText("id"));
            call.only("type", Set.of("function"));
            read.put("type", call.text("type").orElse("function"));
            read.put("function", named);
            call.accept("index");
            call.refuseOthers();
            calls.add(read);
        }
        return calls;
    }
}
