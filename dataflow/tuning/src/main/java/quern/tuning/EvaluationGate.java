package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Decides whether an adapter may go live, a slice at a time: held-out loss must fall below the base's by a margin,
 * held-out questions must be answered with their spans, and loss on general text must not rise beyond a limit. Only
 * the engine's thread calls {@link #slice}.
 */
public final class EvaluationGate {

    /**
     * What the gate measures on; none of it was learnt.
     *
     * @param examples held-out examples
     * @param questions of the same samples
     * @param general text that has nothing to do with them
     * @param seed of the split
     */
    public record HeldOut(List<Segment> examples, List<Question> questions, List<Segment> general, long seed) {}

    private final LoadedModel model;
    private final LoraWeights adapter;
    private final HeldOut heldOut;
    private final GateLimits limits;
    private final LossMeter baseLoss;
    private final LossMeter tunedLoss;
    private final LossMeter baseGeneral;
    private final LossMeter tunedGeneral;
    private final SpanMeter spans;

    /** @param tuned the network with the adapter */
    public EvaluationGate(
            LoadedModel model, DecoderNetwork tuned, LoraWeights adapter, HeldOut heldOut, GateLimits limits,
            Backend backend) {
        this.model = model;
        this.adapter = adapter;
        this.heldOut = heldOut;
        this.limits = limits;
        DecoderNetwork base = AdaptedModel.frozen(model, backend);
        this.baseLoss = new LossMeter(base, heldOut.examples);
        this.tunedLoss = new LossMeter(tuned, heldOut.examples);
        this.baseGeneral = new LossMeter(base, heldOut.general);
        this.tunedGeneral = new LossMeter(tuned, heldOut.general);
        this.spans = new SpanMeter(
                model, Optional.of(new LoraMatrices(adapter, backend.kernels())), heldOut.questions);
    }

    public boolean done() {
        return baseLoss.done() && tunedLoss.done() && baseGeneral.done() && tunedGeneral.done() && spans.done();
    }

    /** As {@link quern.inference.StepWork#slice}. */
    public int slice(int tokensMax) {
        for (LossMeter meter : List.of(baseLoss, tunedLoss, baseGeneral, tunedGeneral)) {
            if (!meter.done()) {
                return meter.slice(tokensMax);
            }
        }
        return spans.done() ? 0 : spans.slice(tokensMax);
    }

    /** The decision, once {@link #done}. */
    public Evaluation result() {
        if (!done()) {
            throw new IllegalStateException("evaluation is under way, expected it done");
        }
        return evaluation(refusals());
    }

    /** The record of an adapter that is refused before anything was measured. */
    static Evaluation refused(
            LoadedModel model, LoraWeights adapter, HeldOut heldOut, GateLimits limits, String refusal) {
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(), Double.NaN, Double.NaN, heldOut.examples.size(), 0, 0, 0,
                Double.NaN, Double.NaN, 0, limits, heldOut.seed, List.of(refusal));
    }

    private Evaluation evaluation(List<String> refusals) {
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(), baseLoss.mean(), tunedLoss.mean(),
                heldOut.examples.size(), baseLoss.counted(), heldOut.questions.size(), spans.hits(),
                baseGeneral.mean(), tunedGeneral.mean(), baseGeneral.counted(), limits, heldOut.seed, refusals);
    }

    private List<String> refusals() {
        Evaluation measured = evaluation(List.of());
        List<String> refusals = new ArrayList<>();
        // Comparisons are written so that a loss that is not a number refuses.
        if (!(measured.tunedHeldOutLoss() <= measured.baseHeldOutLoss() - limits.lossMargin())) {
            refusals.add(text("held-out loss %.4f, expected at most %.4f: the base's %.4f less a margin of %.4f",
                    measured.tunedHeldOutLoss(), measured.baseHeldOutLoss() - limits.lossMargin(),
                    measured.baseHeldOutLoss(), limits.lossMargin()));
        }
        if (!(measured.spanScore() >= limits.spanScoreMin())) {
            refusals.add(text("span score %.3f (%d of %d held-out questions), expected at least %.3f",
                    measured.spanScore(), measured.spanHits(), measured.questions(), limits.spanScoreMin()));
        }
        if (!(measured.tunedGeneralLoss() <= measured.baseGeneralLoss() + limits.generalLossMax())) {
            refusals.add(text("general-text loss %.4f, expected at most %.4f: the base's %.4f and %.4f more",
                    measured.tunedGeneralLoss(), measured.baseGeneralLoss() + limits.generalLossMax(),
                    measured.baseGeneralLoss(), limits.generalLossMax()));
        }
        return refusals;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
