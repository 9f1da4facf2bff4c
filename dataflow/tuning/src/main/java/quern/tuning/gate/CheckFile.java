package quern.tuning.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.config.QuernException;
import quern.inference.grammar.GrammarException;
import quern.inference.grammar.GrammarLimits;

/**
 * Checks as JSON, one object a line. The question is one of {@code messages}, {@code instruction} (maybe with
 * {@code input}), {@code query}, or {@code prompt}, a text to go on with. What must be true of the answer is one of
 * {@code exact}, {@code contains}, {@code regex}, {@code json_schema} and {@code judge}, a question about the answer
 * that a model ({@code judge_model}) answers with yes or no. Also {@code name}, {@code max_tokens},
 * {@code ignore_case}. Other fields are refused.
 */
public final class CheckFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Map<String, Object>>> MESSAGES = new TypeReference<>() {};
    private static final List<String> KINDS = List.of("exact", "contains", "regex", "json_schema", "judge");
    private static final List<String> PROMPTS = List.of("messages", "instruction", "query", "prompt");
    private static final Set<String> OTHERS = Set.of("name", "max_tokens", "ignore_case", "input", "judge_model");
    private static final int TOKENS_DEFAULT = 128;
    private static final int TOKENS_MAX = 4096;

    private final GrammarLimits limits;
    private final int checksMax;

    /** @param limits of patterns and schemas */
    public CheckFile(GrammarLimits limits, int checksMax) {
        this.limits = limits;
        this.checksMax = checksMax;
    }

    /**
     * @param what the file is called in a refusal
     * @throws QuernException ERROR naming the line if one is no check, or there is none, or too many
     */
    public List<Check> read(BufferedReader reader, String what) throws IOException {
        List<Check> checks = new ArrayList<>();
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String at = "line " + number + " of " + what;
            if (checks.size() == checksMax) {
                throw refused(at + ": more than " + checksMax + " checks (tuning.gate-checks-max)");
            }
            try {
                checks.add(check(JSON.readTree(line), "line-" + number));
            } catch (JsonProcessingException e) {
                throw refused(at + " is not JSON: " + e.getOriginalMessage());
            } catch (GrammarException e) {
                throw refused(at + ": " + e.at() + ": " + e.getMessage());
            } catch (QuernException e) {
                throw refused(at + ": " + e.getMessage());
            }
        }
        if (checks.isEmpty()) {
            throw refused(what + " holds no check, expected at least 1");
        }
        return checks;
    }

    private Check check(JsonNode line, String name) {
        if (!(line instanceof ObjectNode check)) {
            throw refused("it is " + line.getNodeType() + ", expected an object");
        }
        String prompt = one(check, PROMPTS);
        String kind = one(check, KINDS);
        check.fieldNames().forEachRemaining(field -> {
            if (!PROMPTS.contains(field) && !KINDS.contains(field) && !OTHERS.contains(field)) {
                throw refused("a check has no field '" + field + "'");
            }
        });
        onlyWith(check, "input", prompt, "instruction");
        onlyWith(check, "judge_model", kind, "judge");
        boolean ignoreCase = check.path("ignore_case").asBoolean(false);
        boolean literal = kind.equals("exact") || kind.equals("contains");
        if (check.has("ignore_case") && !(literal && check.get("ignore_case").isBoolean())) {
            throw refused("ignore_case is true or false, beside exact or contains");
        }
        JsonNode tokens = check.path("max_tokens");
        if (check.has("max_tokens") && !(tokens.isInt() && tokens.intValue() >= 1 && tokens.intValue() <= TOKENS_MAX)) {
            throw refused("max_tokens is " + tokens + ", expected 1 to " + TOKENS_MAX);
        }
        return new Check(check.has("name") ? text(check, "name") : name, prompt(check, prompt),
                expectation(check, kind, ignoreCase), tokens.asInt(TOKENS_DEFAULT));
    }

    private static void onlyWith(JsonNode check, String field, String found, String expected) {
        if (check.has(field) && !found.equals(expected)) {
            throw refused("'" + field + "' goes with '" + expected + "', here it is '" + found + "'");
        }
    }

    private static String one(ObjectNode check, List<String> names) {
        List<String> found = names.stream().filter(check::has).toList();
        if (found.size() != 1) {
            throw refused("it has " + (found.isEmpty() ? "none" : String.join(" and ", found)) + " of "
                    + String.join(", ", names) + "; expected one");
        }
        return found.getFirst();
    }

    private static CheckPrompt prompt(ObjectNode check, String form) {
        return switch (form) {
            case "messages" -> chat(check.get("messages"));
            case "prompt" -> new CheckPrompt.Text(text(check, "prompt"));
            default -> new CheckPrompt.Chat(List.of(Map.of("role", "user", "content", text(check, form)
                    + (check.has("input") && !text(check, "input").isBlank() ? "\n\n" + text(check, "input") : ""))));
        };
    }

    private static CheckPrompt chat(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty()) {
            throw refused("messages is " + messages.getNodeType() + " of " + messages.size()
                    + ", expected an array of at least one");
        }
        for (JsonNode message : messages) {
            if (!message.path("role").isTextual() || !message.path("content").isTextual()) {
                throw refused("a message has no text in role or content");
            }
        }
        if (messages.get(messages.size() - 1).get("role").asText().equals("assistant")) {
            throw refused("the last message is the assistant's, expected the question");
        }
        return new CheckPrompt.Chat(JSON.convertValue(messages, MESSAGES));
    }

    private Expectation expectation(ObjectNode check, String kind, boolean ignoreCase) {
        return switch (kind) {
            case "exact" -> new Expectation.Exact(text(check, kind), ignoreCase);
            case "contains" -> new Expectation.Contains(text(check, kind), ignoreCase);
            case "regex" -> Expectation.Regex.of(text(check, kind), limits);
            case "json_schema" -> new Expectation.Schema(AnswerSchema.of(check.get(kind), kind, limits));
            default -> new Expectation.Judged(text(check, kind), check.has("judge_model")
                    ? Optional.of(text(check, "judge_model")) : Optional.empty());
        };
    }

    private static String text(ObjectNode check, String field) {
        JsonNode value = check.get(field);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw refused("'" + field + "' is " + value.getNodeType() + ", expected a text that is not blank");
        }
        return value.textValue();
    }

    private static QuernException refused(String problem) {
        return new QuernException(QuernException.Category.ERROR, problem);
    }
}
