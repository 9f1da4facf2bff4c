package quern.tuning;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What the gate measured and decided; stored with the adapter. The same base, adapter, samples and seed give the same
 * numbers. A measure that could not be taken is NaN, and its absence is a refusal.
 *
 * @param baseHeldOutLoss nats per token of the base on examples kept out of training
 * @param questions held-out questions put to the adapted model, greedy answers
 * @param spanHits answers that contain the expected span
 * @param baseGeneralLoss nats per token of the base on text that has nothing to do with the samples
 * @param seed of the split
 * @param refusals why the adapter must not go live, each with both numbers; empty: it passed
 */
public record Evaluation(
        String baseFingerprint, String adapterFingerprint, double baseHeldOutLoss, double tunedHeldOutLoss,
        int heldOutExamples, long heldOutTokens, int questions, int spanHits, double baseGeneralLoss,
        double tunedGeneralLoss, long generalTokens, GateLimits limits, long seed, List<String> refusals) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public boolean passed() {
        return refusals.isEmpty();
    }

    /** Share of the questions that were answered; 0 if there were none. */
    public double spanScore() {
        return questions == 0 ? 0 : (double) spanHits / questions;
    }

    /** All of it as JSON; NaN becomes null. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode()
                .put("passed", passed())
                .put("base_fingerprint", baseFingerprint)
                .put("adapter_fingerprint", adapterFingerprint);
        number(json, "base_held_out_loss", baseHeldOutLoss);
        number(json, "tuned_held_out_loss", tunedHeldOutLoss);
        json.put("held_out_examples", heldOutExamples).put("held_out_tokens", heldOutTokens)
                .put("questions", questions).put("span_hits", spanHits);
        number(json, "span_score", spanScore());
        number(json, "base_general_loss", baseGeneralLoss);
        number(json, "tuned_general_loss", tunedGeneralLoss);
        json.put("general_tokens", generalTokens).put("seed", seed);
        json.putObject("limits")
                .put("loss_margin", limits.lossMargin())
                .put("span_score_min", limits.spanScoreMin())
                .put("general_loss_max", limits.generalLossMax());
        refusals.forEach(json.putArray("refusals")::add);
        return json;
    }

    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
