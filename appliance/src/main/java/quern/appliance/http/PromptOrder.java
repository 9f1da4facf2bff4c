package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.List;

/**
 * The requests of a batch in the order of a depth-first walk through the prefix tree of their prompts (BatchLLM, arXiv
 * 2412.03594): what begins alike runs together, so that a beginning is computed once and still cached for the next. A
 * walk that takes branches by their first character is the order of the texts themselves, so no tree is built. Equal
 * prompts keep the order of the file.
 */
final class PromptOrder {

    /** Sorts before every character of a text, so that a prompt comes before those it begins. */
    private static final char END = '\u0000';

    private record Keyed(BatchInput.Line line, String key) {}

    private PromptOrder() {}

    static List<BatchInput.Line> of(List<BatchInput.Line> lines) {
        return lines.stream().map(line -> new Keyed(line, key(line.body())))
                .sorted(Comparator.comparing(Keyed::key)).map(Keyed::line).toList();
    }

    /** What requests that share blocks have in common, then what the blocks hold, in the order of templates. */
    private static String key(JsonNode body) {
        StringBuilder key = new StringBuilder();
        for (String field : List.of("model", "cache_salt", "prompt_cache_key", "tools")) {
            key.append(body.path(field)).append(END);
        }
        for (JsonNode message : body.path("messages")) {
            key.append(message.path("role")).append(END).append(message.path("content")).append(END);
        }
        JsonNode text = body.has("prompt") ? body.get("prompt") : body.path("input");
        return key.append(text).toString();
    }
}
