package quern.tuning;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraMatrices;
import quern.tuning.LeakProbe.Prefix;
import quern.tuning.gate.LeakScore;
import quern.tuning.network.DecoderNetwork;

/** Measures what an adapter gives away of what it has learnt, a slice at a time. */
final class LeakMeter {

    private final List<Prefix> prefixes;
    private final LossMeter baseHeldIn;
    private final LossMeter tunedHeldIn;
    private final LossMeter canaries;
    private final LossMeter candidates;
    private final GreedyAnswers baseAnswers;
    private final GreedyAnswers tunedAnswers;

    LeakMeter(LoadedModel model, DecoderNetwork base, DecoderNetwork tuned, Optional<LoraMatrices> adapter,
            LeakProbe probe) {
        Set<Integer> ends = new HashSet<>(model.tokenizer().endTokens());
        this.prefixes = probe.heldIn().stream().flatMap(example -> LeakProbe.prefix(example, ends).stream()).toList();
        this.baseHeldIn = new LossMeter(base, probe.heldIn());
        this.tunedHeldIn = new LossMeter(tuned, probe.heldIn());
        this.canaries = new LossMeter(tuned, probe.canaries());
        this.candidates = new LossMeter(tuned, probe.candidates());
        List<GreedyAnswers.Asked> asked = prefixes.stream()
                .map(prefix -> new GreedyAnswers.Asked(prefix.prompt(), prefix.continuation().length)).toList();
        this.baseAnswers = new GreedyAnswers(model, Optional.empty(), asked);
        this.tunedAnswers = new GreedyAnswers(model, adapter, asked);
    }

    private List<LossMeter> losses() {
        return List.of(baseHeldIn, tunedHeldIn, canaries, candidates);
    }

    boolean done() {
        return losses().stream().allMatch(LossMeter::done) && baseAnswers.done() && tunedAnswers.done();
    }

    int slice(int tokensMax, long nanosMax) {
        for (LossMeter meter : losses()) {
            if (!meter.done()) {
                return meter.slice(tokensMax, nanosMax);
            }
        }
        return answers().slice(tokensMax, nanosMax);
    }

    private GreedyAnswers answers() {
        return baseAnswers.done() ? tunedAnswers : baseAnswers;
    }

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    long pieceNanos() {
        return losses().stream().filter(meter -> !meter.done()).findFirst().map(LossMeter::pieceNanos)
                .orElseGet(answers()::pieceNanos);
    }

    /**
     * @param base losses of examples kept out
     * @param tuned the same with the adapter
     */
    LeakScore score(LossMeter base, LossMeter tuned) {
        double[] others = candidates.each();
        return new LeakScore(prefixes.size(), verbatim(tunedAnswers), verbatim(baseAnswers),
                LeakScore.membership(ratios(tunedHeldIn, baseHeldIn), ratios(tuned, base)),
                Arrays.stream(canaries.each()).mapToObj(canary -> LeakScore.exposure(canary, others)).toList(),
                others.length + 1);
    }

    private int verbatim(GreedyAnswers answers) {
        int count = 0;
        for (int i = 0; i < prefixes.size(); i++) {
            count += Arrays.equals(answers.said().get(i).ids(), prefixes.get(i).continuation()) ? 1 : 0;
        }
        return count;
    }

    private static double[] ratios(LossMeter tuned, LossMeter base) {
        double[] ratios = tuned.each();
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] /= base.each()[i];
        }
        return ratios;
    }
}
