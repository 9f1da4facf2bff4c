package quern.appliance.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.GenerationRequest;
import quern.actors.serving.Handling;
import quern.actors.serving.Prompt;
import quern.config.EngineConfig;
import quern.inference.cache.CacheTerms;

/** Reads the body of {@code /v1/chat/completions}: each known field is honoured, accepted as a label, or refused. */
final class ChatRequests {

    static final String ID_PREFIX = "chatcmpl-";

    private static final int TOP_LOGPROBS_MAX = 20;

    private final EngineConfig config;
    private final int toolsMax;

    ChatRequests(EngineConfig config, int toolsMax) {
        this.config = config;
        this.toolsMax = toolsMax;
    }

    /** @throws ApiError 400 naming the field */
    ParsedRequest read(Fields body, Arrival arrival) {
        String model = body.requiredText("model");
        List<Map<String, Object>> messages = ChatMessages.read(body);
        boolean stream = body.flag("stream", false);
        boolean usage = streamUsage(body, stream);
        boolean logprobs = body.flag("logprobs", false);
        int top = body.integer("top_logprobs", 0, TOP_LOGPROBS_MAX).orElse(0);
        if (top > 0 && !logprobs) {
            throw body.invalid("top_logprobs", "needs logprobs to be true");
        }
        int choices = SamplingFields.choices(body, config);
        var sampling = SamplingFields.read(body, maxTokens(body), logprobs, top);
        CacheTerms cache = CacheFields.read(body, arrival.caller());
        Handling handling = arrival.handling(body);
        refuseUnsupported(body);
        AnswerForm form = AnswerForms.read(body, toolsMax);
        if (form != AnswerForm.Free.TEXT && sampling.ignoreEos()) {
            throw body.invalid("ignore_eos", "cannot be true where the answer has a form: it ends when it is complete");
        }
        body.refuseOthers();
        List<Map<String, Object>> tools = form.calls().map(AnswerForm.Calls::shown).orElse(List.of());
        var request = new GenerationRequest(
                model, List.of(new Prompt.Chat(messages, tools)), sampling, choices, cache, arrival.caller(),
                form, handling);
        Optional<String> tier = Arrival.shownTier(body, handling);
        return new ParsedRequest(request, stream, accepted -> new ChatFormat(
                accepted, ReplyHead.of(ID_PREFIX, accepted, tier), choices, usage, form));
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

    private static void refuseUnsupported(Fields body) {
        body.accept("user", "safety_identifier", "metadata");
        body.only("store", Set.of("false"));
        body.only("modalities", Set.of("[\"text\"]"));
        body.only("reasoning_effort", Set.of("none"));
        body.only("functions", Set.of("[]"));
        body.only("function_call", Set.of("none", "auto"));
    }
}
