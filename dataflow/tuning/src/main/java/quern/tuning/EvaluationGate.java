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
import quern.tuning.gate.PreferenceScore;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.PairMeans;
import quern.tuning.preference.PreferenceLoss;

/**
 * Decides whether an adapter may go live, a slice at a time: held-out loss, of pairs that of their preference, must
 * fall below the base's by a margin, held-out questions must be answered with their spans, and loss on general text
 * must not rise beyond a limit. Only the engine's thread calls {@link #slice}.
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
    private final Optional<PreferenceLoss> preference;
    private final ExampleLosses base;
    private final ExampleLosses tuned;
    private final LossMeter baseGeneral;
    private final LossMeter tunedGeneral;
    private final GreedyAnswers spans;
    private final GreedyAnswers baseChecks;
    private final GreedyAnswers tunedChecks;
    private final LeakMeter leaks;

    /** Of examples that are no pairs. */
    public EvaluationGate(
            LoadedModel model, DecoderNetwork network, LoraWeights adapter, HeldOut heldOut, GateLimits limits,
            Backend backend) {
        this(model, network, adapter, heldOut, limits, Optional.empty(), backend);
    }

    /**
     * @param network the one with the adapter
     * @param preference what was learnt, where the examples are pairs
     */
    public EvaluationGate(
            LoadedModel model, DecoderNetwork network, LoraWeights adapter, HeldOut heldOut, GateLimits limits,
            Optional<PreferenceLoss> preference, Backend backend) {
        this.model = model;
        this.adapter = adapter;
        this.heldOut = heldOut;
        this.limits = limits;
        this.preference = preference;
        DecoderNetwork frozen = AdaptedModel.frozen(model, backend);
        this.base = new ExampleLosses(frozen, heldOut.examples);
        this.tuned = new ExampleLosses(network, heldOut.examples);
        this.baseGeneral = new LossMeter(frozen, heldOut.general);
        this.tunedGeneral = new LossMeter(network, heldOut.general);
        var beside = Optional.of(new LoraMatrices(adapter, backend.kernels()));
        this.spans = new GreedyAnswers(model, beside, heldOut.questions.stream()
                .map(question -> new GreedyAnswers.Asked(question.prompt(), ANSWER_TOKENS_MAX)).toList());
        var asked = heldOut.checks.stream()
                .map(check -> new GreedyAnswers.Asked(check.prompt(), check.check().tokensMax())).toList();
        this.baseChecks = new GreedyAnswers(model, Optional.empty(), asked);
        this.tunedChecks = new GreedyAnswers(model, beside, asked);
        this.leaks = new LeakMeter(model, frozen, network, beside, heldOut.probe);
    }

    public boolean done() {
        return examples().isEmpty() && meter().isEmpty() && answers().isEmpty() && leaks.done();
    }

    /** As {@link quern.inference.StepWork#slice}. */
    public int slice(int tokensMax, long nanosMax) {
        Optional<ExampleLosses> examples = examples();
        if (examples.isPresent()) {
            return examples.get().slice(tokensMax, nanosMax);
        }
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

    private Optional<ExampleLosses> examples() {
        return Stream.of(base, tuned).filter(losses -> !losses.done()).findFirst();
    }

    private Optional<LossMeter> meter() {
        return Stream.of(baseGeneral, tunedGeneral).filter(meter -> !meter.done()).findFirst();
    }

    private Optional<GreedyAnswers> answers() {
        return Stream.of(spans, baseChecks, tunedChecks).filter(answers -> !answers.done()).findFirst();
    }

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    public long pieceNanos() {
        return examples().map(ExampleLosses::pieceNanos).or(() -> meter().map(LossMeter::pieceNanos))
                .or(() -> answers().map(GreedyAnswers::pieceNanos))
                .orElseGet(leaks::pieceNanos);
    }

    /** The decision, once {@link #done}. */
    public Evaluation result() {
        if (!done()) {
            throw new IllegalStateException("evaluation is under way, expected it done");
        }
        Optional<PreferenceScore> pairs = preference.map(this::preference);
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(),
                pairs.map(PreferenceScore::baseLoss).orElseGet(base.chosen()::mean),
                pairs.map(PreferenceScore::loss).orElseGet(tuned.chosen()::mean),
                heldOut.examples.size(), base.counted(), heldOut.questions.size(),
                spanHits(),
                baseGeneral.mean(), tunedGeneral.mean(), baseGeneral.counted(), checks(),
                Optional.of(leaks.score(base.chosen(), tuned.chosen())), pairs, heldOut.hashes(), limits,
                heldOut.seed, List.of()).decided();
    }

    /** The record of an adapter that is refused before anything was measured. */
    static Evaluation refused(
            LoadedModel model, LoraWeights adapter, HeldOut heldOut, GateLimits limits, String refusal) {
        return new Evaluation(
                model.fingerprint(), adapter.fingerprint(), Double.NaN, Double.NaN, heldOut.examples.size(), 0, 0, 0,
                Double.NaN, Double.NaN, 0, List.of(), Optional.empty(), Optional.empty(), heldOut.hashes(), limits,
                heldOut.seed, List.of(refusal));
    }

    private PreferenceScore preference(PreferenceLoss loss) {
        double[] before = base.margins(loss, base);
        double[] after = tuned.margins(loss, base);
        return new PreferenceScore(PairMeans.of(before), PairMeans.of(after), loss.mean(before), loss.mean(after),
                base.chosen().mean(), tuned.chosen().mean());
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
