package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import quern.actors.Caller;
import quern.actors.serving.ChatMessage;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.Prompt;
import quern.config.EngineConfig;

/** Reads the body of {@code /v1/chat/completions}: each known field is honoured, accepted as a label, or refused. */
final class ChatRequests {

    private static final int MESSAGES_MAX = 4096;
    private static final int PARTS_MAX = 256;
    private static final int TOP_LOGPROBS_MAX = 20;
    private static final int CACHE_KEY_CHARS_MAX = 256;
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

    private final EngineConfig config;

    ChatRequests(EngineConfig config) {
        this.config = config;
    }

    /** @throws ApiError 400 naming the field */
    ParsedRequest read(Fields body, Caller caller) {
        String model = body.requiredText("model");
        List<ChatMessage> messages = messages(body);
        boolean stream = body.flag("stream", false);
        boolean usage = streamUsage(body, stream);
        boolean logprobs = body.flag("logprobs", false);
        int top = body.integer("top_logprobs", 0, TOP_LOGPROBS_MAX).orElse(0);
        if (top > 0 && !logprobs) {
            throw body.invalid("top_logprobs", "needs logprobs to be true");
        }
        int choices = SamplingFields.choices(body, config);
        var sampling = SamplingFields.read(body, maxTokens(body), logprobs, top);
        String cacheKey = cacheKey(body);
        refuseUnsupported(body);
        body.refuseOthers();
        var request = new GenerationRequest(
                model, List.of(new Prompt.Chat(messages)), sampling, choices, cacheKey, caller);
        return new ParsedRequest(request, stream, accepted ->
                new ChatFormat(ReplyHead.of("chatcmpl-", accepted), accepted.tokenizer(), choices, usage));
    }

    private int maxTokens(Fields body) {
        OptionalInt legacy = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        OptionalInt current = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (legacy.isPresent() && current.isPresent() && legacy.getAsInt() != current.getAsInt()) {
            throw body.invalid("max_tokens", "and 'max_completion_tokens' differ; give one");
        }
        return current.orElse(legacy.orElse(config.maxTokensDefault()));
    }

    static boolean streamUsage(Fields body, boolean stream) {
        return body.object("stream_options").map(options -> {
            if (!stream) {
                throw body.invalid("stream_options", "needs stream to be true");
            }
            boolean usage = options.flag("include_usage", false);
            options.only("include_obfuscation", Set.of("false"));
            options.refuseOthers();
            return usage;
        }).orElse(false);
    }

    static String cacheKey(Fields body) {
        String key = body.text("prompt_cache_key").orElse("");
        if (key.length() > CACHE_KEY_CHARS_MAX) {
            throw body.invalid("prompt_cache_key", "has " + key.length() + " characters, at most "
                    + CACHE_KEY_CHARS_MAX);
        }
        return key;
    }

    private static void refuseUnsupported(Fields body) {
        body.accept("user", "safety_identifier", "metadata");
        body.only("service_tier", Set.of("auto", "default"));
        body.only("store", Set.of("false"));
        body.only("tools", Set.of("[]"));
        body.only("tool_choice", Set.of("none", "auto"));
        body.only("parallel_tool_calls", Set.of("true", "false"));
        body.only("modalities", Set.of("[\"text\"]"));
        body.only("reasoning_effort", Set.of("none"));
        body.only("functions", Set.of("[]"));
        body.only("function_call", Set.of("none", "auto"));
        body.object("response_format").ifPresent(format -> {
            format.only("type", Set.of("text"));
            format.requiredText("type");
            format.refuseOthers();
        });
    }

    private static List<ChatMessage> messages(Fields body) {
        List<Fields> list = body.objects("messages", MESSAGES_MAX).orElseThrow(() -> body.missing("messages"));
        if (list.isEmpty()) {
            throw body.invalid("messages", "is empty, expected at least one message");
        }
        var messages = new ArrayList<ChatMessage>();
        for (Fields message : list) {
            messages.add(message(message));
        }
        return messages;
    }

    private static ChatMessage message(Fields message) {
        String role = message.requiredText("role");
        if (!ROLES.contains(role)) {
            throw message.invalid("role", "is not one of system, developer, user, assistant");
        }
        JsonNode content = message.raw("content").orElseThrow(() -> message.missing("content"));
        String text = content.isTextual() ? content.textValue() : parts(message, content);
        message.accept("name");
        message.only("tool_calls", Set.of("[]"));
        message.only("annotations", Set.of("[]"));
        message.refuseOthers();
        return new ChatMessage(role.equals("developer") ? "system" : role, text);
    }

    private static String parts(Fields message, JsonNode content) {
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
}
