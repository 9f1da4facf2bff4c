package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import quern.actors.serving.SubmitReply;
import quern.inference.engine.FinishReason;
import quern.inference.engine.Usage;

/** What every reply and chunk of one request begins with. */
record ReplyHead(
        String id, long createdSeconds, String model, String fingerprint, Optional<String> serviceTier) {

    /** @param serviceTier as it is to be shown */
    static ReplyHead of(String prefix, SubmitReply.Accepted accepted, Optional<String> serviceTier) {
        return new ReplyHead(prefix + accepted.id(), System.currentTimeMillis() / 1000, accepted.model(),
                accepted.fingerprint(), serviceTier);
    }

    ObjectNode open(String object) {
        ObjectNode head = Json.object().put("id", id).put("object", object).put("created", createdSeconds)
                .put("model", model).put("system_fingerprint", "fp_" + fingerprint);
        serviceTier.ifPresent(tier -> head.put("service_tier", tier));
        return head;
    }

    static String reason(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED -> "cancelled";
        };
    }

    static ObjectNode usage(Usage usage) {
        ObjectNode node = Json.object()
                .put("prompt_tokens", usage.promptTokens())
                .put("completion_tokens", usage.completionTokens())
                .put("total_tokens", usage.promptTokens() + usage.completionTokens());
        node.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedTokens());
        node.putObject("completion_tokens_details").put("reasoning_tokens", 0);
        return node;
    }
}
