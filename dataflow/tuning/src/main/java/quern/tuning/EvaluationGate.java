package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import quern.gpu.Backend;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckAnswer;
import quern.tuning.gate.CheckOutcome;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;

/**
 * Decides whether an adapter may go live, a slice at a time: held-out loss must fall below the base's by a margin,
 * held-out questions must be answered with their spans, and loss on general text must not rise beyond a limit. Only
 * the engine's thread calls {@link #slice}.
 */
public final class EvaluationGate {

    private static final int ANSWER_TOKENS_MAX = 64;
    private static final int HASHES_MAX = 256;

    /**
     * What the gate measures on; none of it was learnt.
     *
     * @param examples held-out examples
     * @param questions of the same samples
     * @param general text that has nothing to do with them
     * @param checks that the user gave, with their prompts' ids
     * @param probe what was learnt, to look for leaks
     * @param seed of the split
     */
    public record HeldOut(
            List<Segment> examples, List<Question> questions, List<Segment> general, List<EncodedCheck> checks,
            LeakProbe probe, long seed) {

        /** SHA-256 of the first examples, by their tokens and labels. */
        List<String> hashes() {
            return examples.stream().limit(HASHES_MAX).map(TuningSet::sha256).toList();
        }
    }

    /** @param prompt ids, to where the answer begins */
    public record EncodedCheck(Check check, int[] prompt) {}

    private final LoadedModel model;
    private final LoraWeights adapter;
    private final HeldOut heldOut;
    private final GateLimits limits;
    private final LossMeter baseLoss;
    private final LossMeter tunedLoss;
    private final LossMeter baseGeneral;
    private final LossMeter tunedGeneral;
    private final GreedyAnswers spans;
    private final GreedyAnswers baseChecks;
    private final GreedyAnswers tunedChecks;
    private final LeakMeter leaks;

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
        var beside = Optional.of(new LoraMatrices(adapter, backend.kernels()));
        this.spans = new GreedyAnswers(model, beside, heldOut.questions.stream()
                .map(question -> new GreedyAnswers.Asked(question.prompt(), ANSWER_TOKENS_MAX)).toList());
        var asked = heldOut.checks.stream()
                .map(check -> new GreedyAnswers.Asked(check.prompt(), check.check().tokensMax())).toList();
        this.baseChecks = new GreedyAnswers(model, Optional.empty(), asked);
        this.tunedChecks = new GreedyAnswers(model, beside, asked);
        this.leaks = new LeakMeter(model, base, tuned, beside, heldOut.probe);
    }

    public boolean done() {
        return baseLoss.done() && tunedLoss.done() && baseGeneral.done() && tunedGeneral.done() && spans.done()
                && baseChecks.done() && tunedChecks.done() && leaks.done();
    }

    /** As {@link quern.inference.StepWork#slice}. */
    public int slice(int tokensMax, long nanosMax) {
        Optional<LossMeter> meter = meter();
        if (meter.isPresent()) {
            return meter.get().slice(tokensMax, nanosMax);
        }
        Optional<GreedyAnswers> answers = answers();
        if (answers.isPresent()) {
            return answers.get().slice(tokensMax, nanosMax);
        }
        return leaks.done() ? 0 : leaks.slice(tokensMax, nanosMax);
    }

    private Optional<LossMeter> meter() {
        return Stream.of(baseLoss, tunedLoss, baseGeneral, tunedGeneral).filter(meter -> !meter.done()).findFirst();
    }

    private Optional<GreedyAnswers> answers() {
        return Stream.of(spans, baseChecks, tunedChecks).filter(answers -> !answers.done()).findFirst();
    }

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    public long pieceNanos() {
        return meter().map(LossMeter::pieceNanos).or(() -> answers().map(GreedyAnswers::pieceNanos))
                .orElseGet(leaks::pieceNanos);
    }

    /** The decision, once {@link #done}. */
    public Evaluation result() {
        if (!done()) {
            throw new IllegalStateException("evaluation is under way, expected it done");
        }
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(), baseLoss.mean(), tunedLoss.mean(),
                heldOut.examples.size(), baseLoss.counted(), heldOut.questions.size(), spanHits(),
                baseGeneral.mean(), tunedGeneral.mean(), baseGeneral.counted(), checks(),
                Optional.of(leaks.score(baseLoss, tunedLoss)), heldOut.hashes(), limits,
                heldOut.seed, List.of()).decided();
    }

    /** The record of an adapter that is refused before anything was measured. */
    static Evaluation refused(
            LoadedModel model, LoraWeights adapter, HeldOut heldOut, GateLimits limits, String refusal) {
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(), Double.NaN, Double.NaN, heldOut.examples.size(), 0, 0, 0,
                Double.NaN, Double.NaN, 0, List.of(), Optional.empty(), heldOut.hashes(), limits,
                heldOut.seed, List.of(refusal));
    }

    private int spanHits() {
        int hits = 0;
        for (int i = 0; i < heldOut.questions.size(); i++) {
            hits += heldOut.questions.get(i).isAnsweredBy(spans.text(spans.said().get(i))) ? 1 : 0;
        }
        return hits;
    }

    private List<CheckOutcome> checks() {
        List<CheckOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < heldOut.checks.size(); i++) {
            Check check = heldOut.checks.get(i).check();
            outcomes.add(new CheckOutcome(
                    check, Optional.of(answer(check, baseChecks, i)), answer(check, tunedChecks, i)));
        }
        return outcomes;
    }

    private static CheckAnswer answer(Check check, GreedyAnswers answers, int index) {
        GreedyAnswers.Said said = answers.said().get(index);
        return CheckAnswer.of(check, answers.text(said), said.complete());
    }
}
