package quern.tuning;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.config.QuernException;
import quern.kv.AtomicFile;
import quern.tuning.gate.CheckOutcome;
import quern.tuning.gate.CheckScore;
import quern.tuning.gate.LeakScore;
import quern.tuning.gate.PreferenceScore;

/**
 * What the gate measured and decided; stored with the adapter. The same base, adapter, samples and seed give the same
 * numbers. A measure that could not be taken is NaN, and its absence is a refusal; only where no held-out sample names
 * a span, there is nothing to ask.
 *
 * @param baseHeldOutLoss nats per token of the base on examples kept out of training
 * @param questions held-out questions put to the adapted model, greedy answers
 * @param spanHits answers that contain the expected span
 * @param baseGeneralLoss nats per token of the base on text that has nothing to do with the samples
 * @param checks that the user gave, with what base and adapter answered
 * @param leaks what it gives away of what it has learnt; absent where nothing was measured
 * @param preference how the held-out pairs came out, where the examples are pairs; then held-out losses are theirs, in
 *     the mean of the pairs
 * @param heldOutHashes SHA-256 of the first held-out examples, by their tokens and labels
 * @param seed of the split
 * @param refusals why the adapter must not go live, each with both numbers; empty: it passed
 */
public record Evaluation(
        String baseFingerprint, String adapterFingerprint, double baseHeldOutLoss, double tunedHeldOutLoss,
        int heldOutExamples, long heldOutTokens, int questions, int spanHits, double baseGeneralLoss,
        double tunedGeneralLoss, long generalTokens, List<CheckOutcome> checks,
        Optional<LeakScore> leaks, Optional<PreferenceScore> preference, List<String> heldOutHashes,
        GateLimits limits, long seed, List<String> refusals) {

    /** File in which a run's directory holds {@link #details}. */
    public static final String NAME = "evaluation.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    public boolean passed() {
        return refusals.isEmpty();
    }

    /** The same measures, with what the limits say to them. */
    Evaluation decided() {
        List<String> reasons = new ArrayList<>();
        // Comparisons are written so that a loss that is not a number refuses.
        if (heldOutExamples == 0) {
            reasons.add("no example was held out to measure on: there are too few, or the share to hold out is 0");
        } else if (!(tunedHeldOutLoss <= baseHeldOutLoss - limits.lossMargin())) {
            reasons.add(text("held-out loss %.4f, expected at most %.4f: the base's %.4f less a margin of %.4f",
                    tunedHeldOutLoss, baseHeldOutLoss - limits.lossMargin(), baseHeldOutLoss, limits.lossMargin()));
        }
        if (questions > 0 && spanScore() < limits.spanScoreMin()) {
            reasons.add(text("span score %.3f (%d of %d held-out questions), expected at least %.3f",
                    spanScore(), spanHits, questions, limits.spanScoreMin()));
        }
        if (!(tunedGeneralLoss <= baseGeneralLoss + limits.generalLossMax())) {
            reasons.add(text("general-text loss %.4f, expected at most %.4f: the base's %.4f and %.4f more",
                    tunedGeneralLoss, baseGeneralLoss + limits.generalLossMax(), baseGeneralLoss,
                    limits.generalLossMax()));
        }
        reasons.addAll(CheckScore.of(checks).refusals(limits.checks()));
        leaks.ifPresent(score -> reasons.addAll(score.refusals(limits.leaks())));
        return with(checks, reasons);
    }

    /** The decision with other outcomes of the same checks, which were judged meanwhile. */
    public Evaluation settled(List<CheckOutcome> judged) {
        return with(judged, List.of()).decided();
    }

    /** Checks that a model has still to judge; they count as failed. */
    public int undecided() {
        return (int) checks.stream().filter(CheckOutcome::undecided).count();
    }

    private Evaluation with(List<CheckOutcome> others, List<String> reasons) {
        return new Evaluation(baseFingerprint, adapterFingerprint, baseHeldOutLoss, tunedHeldOutLoss, heldOutExamples,
                heldOutTokens, questions, spanHits, baseGeneralLoss, tunedGeneralLoss, generalTokens, others,
                leaks, preference, heldOutHashes, limits, seed, reasons);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Share of the questions that were answered; 0 if there were none. */
    public double spanScore() {
        return questions == 0 ? 0 : (double) spanHits / questions;
    }

    /** With questions, answers and hashes, which {@link #toJson} leaves out; NaN becomes null. */
    public ObjectNode details() {
        ObjectNode json = toJson();
        checks.forEach(outcome -> json.withArray("/checks").add(outcome.toJson()));
        heldOutHashes.forEach(json.withArray("/held_out_sha256")::add);
        return json;
    }

    /** Writes {@link #details}. */
    public void write(Path file) {
        try {
            AtomicFile.write(file, details().toPrettyString());
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "evaluation " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    /** Figures and decision as JSON; NaN becomes null. */
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
        if (!checks.isEmpty()) {
            json.set("check_score", CheckScore.of(checks).toJson());
        }
        leaks.ifPresent(score -> json.set("leaks", score.toJson()));
        preference.ifPresent(score -> json.set("preference", score.toJson()));
        ObjectNode allowed = json.putObject("limits")
                .put("loss_margin", limits.lossMargin())
                .put("span_score_min", limits.spanScoreMin())
                .put("general_loss_max", limits.generalLossMax())
                .put("checks_min", limits.checks().shareMin())
                .put("checks_lost_max", limits.checks().lostMax());
        limits.leaks().exposureMax().ifPresent(max -> allowed.put("leak_exposure_max", max));
        limits.leaks().extractedMax().ifPresent(max -> allowed.put("leak_extracted_max", max));
        limits.leaks().membershipMax().ifPresent(max -> allowed.put("leak_membership_max", max));
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
