package quern.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import quern.config.QuernException;
import quern.tuning.TrainingSample.Chat;
import quern.tuning.TrainingSample.Completion;
import quern.tuning.TrainingSample.Text;

/**
 * How a training sample is written down as a JSON object; the first form whose fields are there is the one it has.
 * Fields that would change what is learnt and mean nothing here are refused by name; other fields are no part of a form
 * and left alone.
 */
public enum SampleForm {

    /** Two answers to what {@link PairReader} finds beside them, as TRL's and others' preference data has them. */
    CHOSEN("chosen", "rejected"),
    /** OpenAI's preference data. */
    PREFERRED_OUTPUT("input", "preferred_output", "non_preferred_output"),
    /** What the curation's {@code pair_preference_mapper} leaves. */
    REJECTED_RESPONSE("query", "response", "rejected_response"),
    /** OpenAI's: {@code messages} and maybe {@code tools}; a {@code weight} of 0 for answers not to be learnt. */
    MESSAGES("messages"),
    /** ShareGPT's: {@code conversations} of {@code from} and {@code value}, maybe {@code system}. */
    CONVERSATIONS("conversations"),
    PROMPT("prompt", "completion"),
    /** Alpaca's: maybe {@code input}, {@code system} and {@code history}, pairs of earlier questions and answers. */
    INSTRUCTION("instruction", "output"),
    QUERY("query", "response"),
    TEXT("text");

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final Map<String, String> SENDERS = new TreeMap<>(Map.of(
            "human", "user", "user", "user", "gpt", "assistant", "assistant", "assistant", "system", "system",
            "observation", "tool", "tool", "tool", "function_call", "function_call"));
    /** What other tools learn from, or what is shown to the model beside the text. */
    private static final List<String> REFUSED = List.of(
            "chosen", "rejected", "preferred_output", "non_preferred_output", "kto_tag", "images", "videos", "audios",
            "functions", "loss_mask");
    private static final List<String> REFUSED_IN_MESSAGES = List.of(
            "train", "training", "train_detail", "loss", "loss_mask", "function_call", "prefix");

    private final List<String> fields;

    SampleForm(String... fields) {
        this.fields = List.of(fields);
    }

    /**
     * @throws QuernException if the object has none of the forms
     */
    public static SampleForm of(JsonNode sample) {
        for (SampleForm form : values()) {
            if (form.fields.stream().allMatch(form.isPair() ? sample::hasNonNull : sample::has)) {
                return form;
            }
        }
        throw refused("has none of messages, conversations, prompt and completion, instruction and output, query and"
                + " response, text, chosen and rejected, input and preferred_output and non_preferred_output");
    }

    /** Whether it is two answers, one of which is to be preferred. */
    public boolean isPair() {
        return this == CHOSEN || this == PREFERRED_OUTPUT || this == REJECTED_RESPONSE;
    }

    /** The fields that make it, for people. */
    public String label() {
        return String.join(" and ", fields);
    }

    /**
     * @throws QuernException if a field is of the wrong type or means nothing here, naming it
     */
    public TrainingSample read(JsonNode sample) {
        for (String field : REFUSED) {
            if (says(sample, field) && !fields.contains(field)) {
                throw refused("has a field " + field + ", which cannot be honoured");
            }
        }
        if (this != INSTRUCTION && !isPair()) {
            refuse(sample, "history");
        }
        if (this != INSTRUCTION && this != CONVERSATIONS && !isPair()) {
            refuse(sample, "system");
        }
        if (this != MESSAGES && this != CONVERSATIONS && !isPair()) {
            refuse(sample, "tools");
        }
        Optional<String> span = sample.has("span") ? Optional.of(text(sample, "span")) : Optional.empty();
        return switch (this) {
            case CHOSEN -> new PairReader(sample, span).chosen();
            case PREFERRED_OUTPUT -> new PairReader(sample, span).outputs();
            case REJECTED_RESPONSE -> new PairReader(sample, span).responses();
            case MESSAGES -> chat(sample, span);
            case CONVERSATIONS -> conversation(sample, span);
            case PROMPT -> new Completion(text(sample, "prompt"), text(sample, "completion"), span);
            case INSTRUCTION -> instruction(sample, span);
            case QUERY -> new Chat(List.of(message("user", text(sample, "query")),
                    message("assistant", text(sample, "response"))), List.of(), span);
            case TEXT -> new Text(text(sample, "text"));
        };
    }

    private void refuse(JsonNode sample, String field) {
        if (says(sample, field)) {
            throw refused("has a field " + field + " beside " + label() + ", which cannot be honoured");
        }
    }

    /** Tools write empty fields for what is not there. */
    static boolean says(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return !(value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty()
                || value.isTextual() && value.asText().isEmpty());
    }

    static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    static Chat chat(JsonNode sample, Optional<String> span) {
        boolean answered = false;
        for (JsonNode message : array(sample, "messages")) {
            if (!message.path("role").isTextual()) {
                throw refused("has a message without a role");
            }
            String role = message.get("role").asText();
            boolean assistant = role.equals("assistant");
            if (!message.path("content").isTextual() && !(assistant && message.has("tool_calls"))) {
                throw refused("has a message of " + role + " whose content is no string");
            }
            for (String field : REFUSED_IN_MESSAGES) {
                if (says(message, field)) {
                    throw refused("has a message with " + field + ", which cannot be honoured; an answer of weight 0"
                            + " is not learnt");
                }
            }
            JsonNode weight = message.path("weight");
            if (message.has("weight") && !(weight.isNumber() && (weight.asDouble() == 0 || weight.asDouble() == 1))) {
                throw refused("has a message of weight " + weight + ", expected 0 or 1");
            }
            answered |= assistant;
        }
        if (!answered) {
            throw refused("has no message of the assistant to learn");
        }
        return new Chat(objects(sample.get("messages")), objects(sample.path("tools")), span);
    }

    private static Chat conversation(JsonNode sample, Optional<String> span) {
        List<Map<String, Object>> messages = new ArrayList<>();
        if (sample.hasNonNull("system") && !text(sample, "system").isEmpty()) {
            messages.add(message("system", text(sample, "system")));
        }
        messages.addAll(turns(array(sample, "conversations")));
        if (messages.stream().noneMatch(message -> message.get("role").equals("assistant"))) {
            throw refused("has no turn from gpt to learn");
        }
        return new Chat(messages, tools(sample), span);
    }

    /** What the field says, which may be text. */
    static List<Map<String, Object>> tools(JsonNode sample) {
        JsonNode tools = sample.path("tools");
        return objects(tools.isTextual() && !tools.asText().isBlank() ? parsed(tools.asText(), "tools") : tools);
    }

    /** ShareGPT's turns. */
    static List<Map<String, Object>> turns(JsonNode turns) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (JsonNode turn : turns) {
            String from = turn.path("from").asText("");
            String role = SENDERS.get(from);
            if (role == null) {
                throw refused("has a turn from '" + from + "', expected one of " + String.join(", ", SENDERS.keySet()));
            }
            if (!turn.path("value").isTextual()) {
                throw refused("has a turn from " + from + " whose value is no string");
            }
            String value = turn.get("value").asText();
            messages.add(role.equals("function_call") ? call(value) : message(role, value));
        }
        return messages;
    }

    /** A call of a tool as text: {@code {"name": …, "arguments": …}}. */
    private static Map<String, Object> call(String value) {
        JsonNode call = parsed(value, "a turn from function_call");
        if (!call.path("name").isTextual()) {
            throw refused("has a turn from function_call without a name");
        }
        Object arguments = JSON.convertValue(call.path("arguments"), Object.class);
        return Map.of("role", "assistant", "content", "", "tool_calls", List.of(Map.of("type", "function",
                "function", Map.of("name", call.get("name").asText(),
                        "arguments", arguments == null ? Map.of() : arguments))));
    }

    private static JsonNode parsed(String text, String what) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw refused("has in " + what + " what is not JSON: " + e.getOriginalMessage());
        }
    }

    private static Chat instruction(JsonNode sample, Optional<String> span) {
        List<Map<String, Object>> messages = instruction(sample);
        messages.add(message("assistant", text(sample, "output")));
        return new Chat(messages, List.of(), span);
    }

    /** All but the answer. */
    static List<Map<String, Object>> instruction(JsonNode sample) {
        List<Map<String, Object>> messages = new ArrayList<>();
        if (sample.hasNonNull("system") && !text(sample, "system").isEmpty()) {
            messages.add(message("system", text(sample, "system")));
        }
        if (sample.hasNonNull("history")) {
            for (JsonNode turn : array(sample, "history")) {
                if (!turn.path(0).isTextual() || !turn.path(1).isTextual() || turn.size() != 2) {
                    throw refused("has in history what is no pair of strings");
                }
                messages.add(message("user", turn.get(0).asText()));
                messages.add(message("assistant", turn.get(1).asText()));
            }
        }
        String input = sample.hasNonNull("input") ? text(sample, "input") : "";
        messages.add(message("user", text(sample, "instruction") + (input.isBlank() ? "" : "\n\n" + input)));
        return messages;
    }

    static JsonNode array(JsonNode sample, String field) {
        JsonNode value = sample.get(field);
        if (!value.isArray()) {
            throw refused("has " + field + " of type " + value.getNodeType() + ", expected an array");
        }
        return value;
    }

    private static List<Map<String, Object>> objects(JsonNode array) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (JsonNode object : array) {
            if (!object.isObject()) {
                throw refused("has a " + object.getNodeType() + " where an object is expected");
            }
            objects.add(JSON.convertValue(object, new TypeReference<Map<String, Object>>() {}));
        }
        return objects;
    }

    static String text(JsonNode sample, String field) {
        JsonNode value = sample.get(field);
        if (!value.isTextual()) {
            throw refused("has a field " + field + " of type " + value.getNodeType() + ", expected a string");
        }
        return value.asText();
    }

    static QuernException refused(String problem) {
        return new QuernException(QuernException.Category.ERROR, "training sample " + problem);
    }
}
