package quern.inference.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tools in plain words, for models whose template knows none: a system message lists them and how to call them; calls
 * stand in the text of the assistant, results in that of the user. Messages are those of the chat completion API, as
 * Java maps.
 */
public final class ToolPrompt {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ToolPrompt() {}

    /** The conversation without tools, calls and results. */
    public static List<Map<String, Object>> plain(
            List<Map<String, Object>> messages, List<Map<String, Object>> tools) {
        List<Map<String, Object>> plain = new ArrayList<>();
        for (Map<String, Object> message : messages) {
            plain.add(plain(message));
        }
        if (tools.isEmpty()) {
            return plain;
        }
        boolean hasSystem = !plain.isEmpty() && "system".equals(plain.getFirst().get("role"));
        String before = hasSystem ? plain.removeFirst().get("content") + "\n\n" : "";
        plain.addFirst(Map.of("role", "system", "content", before + description(tools)));
        return plain;
    }

    private static String description(List<Map<String, Object>> tools) {
        StringBuilder text = new StringBuilder("You may call these functions:\n");
        tools.forEach(tool -> text.append(json(tool.get("function"))).append('\n'));
        return text.append("To call one, write <tool_call>{\"name\": NAME, \"arguments\": {...}}</tool_call>.")
                .toString();
    }

    private static Map<String, Object> plain(Map<String, Object> message) {
        Map<String, Object> copy = new LinkedHashMap<>(message);
        Object content = copy.get("content") == null ? "" : copy.get("content");
        if ("tool".equals(message.get("role"))) {
            return Map.of("role", "user", "content", "<tool_response>" + content + "</tool_response>");
        }
        if (copy.remove("tool_calls") instanceof List<?> calls) {
            StringBuilder text = new StringBuilder(content.toString());
            for (Object call : calls) {
                Object function = call instanceof Map<?, ?> map ? map.get("function") : null;
                if (function instanceof Map<?, ?> named) {
                    text.append(text.isEmpty() ? "" : "\n").append("<tool_call>{\"name\": ")
                            .append(json(named.get("name"))).append(", \"arguments\": ")
                            .append(named.get("arguments")).append("}</tool_call>");
                }
            }
            content = text.toString();
        }
        copy.put("content", content);
        return copy;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + value, e);
        }
    }
}
