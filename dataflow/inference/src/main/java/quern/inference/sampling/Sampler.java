package quern.inference.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;

/**
 * Draws tokens. What is drawn depends on the logits, the history, the seed and the position only: not on the batch,
 * the time, or what was drawn for others. Holds buffers, so one instance belongs to one thread.
 */
public final class Sampler {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    /** Makes of a seed another one, so that whether and what to draw are independent. */
    private static final long EXCLUSION = 0xD1B54A32D192ED03L;
    private static final long PROPOSAL = 0x8CB92BA72F3D8DD7L;
    private static final int PROPOSALS_MAX = 4;

    private final int vocabulary;
    private final Candidates candidates;

    /**
     * @param vocabulary width of a row of logits
     * @param kernels look through it; all that agree with the definition give the same tokens
     */
    public Sampler(int vocabulary, Kernels kernels) {
        this.vocabulary = vocabulary;
        this.candidates = new Candidates(vocabulary, kernels);
    }

    /**
     * What came before the token to draw.
     *
     * @param tokens prompt and answer so far; only the first {@code count} count
     * @param promptCount how many of them are the prompt
     */
    public record History(int[] tokens, int promptCount, int count) {}

    /**
     * One token.
     *
     * @param logits the row begins at {@code from}; not changed
     * @param seed the sequence's own, see {@link #seedOf}
     * @throws QuernException if a logit is not a number or the mask leaves nothing
     */
    public int draw(
            float[] logits, int from, SamplingParameters parameters, long seed, History history,
            Optional<TokenMask> mask) {
        candidates.load(logits, from);
        candidates.bias(parameters.logitBias());
        candidates.penalizeRepetition(history.tokens(), 0, history.count(), parameters.repetitionPenalty());
        candidates.penalizeOccurrence(history.tokens(), history.promptCount(), history.count(),
                parameters.presencePenalty(), parameters.frequencyPenalty());
        if (parameters.temperature() != 0) {
            candidates.temperature(parameters.temperature());
        }
        if (mask.isPresent()) {
            int proposed = proposal(parameters, seed, history.count(), mask.get());
            if (proposed >= 0) {
                return proposed;
            }
            candidates.keep(mask.get().allowed());
        }
        int likeliest = candidates.greedy();
        if (likeliest < 0 || !candidates.possible(likeliest)) {
            throw new QuernException(QuernException.Category.ERROR, "nothing to draw at position " + history.count()
                    + ": of " + candidates.size() + " candidates "
                    + (candidates.size() > 0 && likeliest < 0 ? "one is not a number" : "none is possible"));
        }
        return parameters.temperature() == 0 ? likeliest : drawn(parameters, seed, history.count());
    }

    /*
     * What would be drawn if all were allowed: mostly it is, and then nobody needs to know what else is. With Z the
     * probability of all that is allowed, each of k independent draws gives an allowed token of probability p with p,
     * and with (1 - Z)^k it comes to the draw among the allowed ones, where it is p / Z: together p / Z, as if only
     * the allowed ones had been there. That holds only where what may be drawn does not depend on what else may.
     */
    private int proposal(SamplingParameters parameters, long seed, int position, TokenMask mask) {
        boolean greedy = parameters.temperature() == 0;
        if (!greedy && !parameters.truncation().equals(Truncation.NONE)) {
            return -1;
        }
        int likeliest = candidates.greedy();
        if (likeliest < 0 || !candidates.possible(likeliest)) {
            return -1;
        }
        for (int attempt = 0; attempt < (greedy ? 1 : PROPOSALS_MAX); attempt++) {
            int token = greedy ? likeliest : candidates.draw(share(mix(seed ^ PROPOSAL) + attempt, position));
            if (mask.allows(token)) {
                return token;
            }
        }
        return -1;
    }

    private int drawn(SamplingParameters parameters, long seed, int position) {
        Truncation truncation = parameters.truncation();
        candidates.topNSigma(truncation.topNSigma());
        candidates.topK(truncation.topK());
        candidates.topP(truncation.topP());
        candidates.minP(truncation.minP());
        candidates.typical(truncation.typicalP());
        if (share(seed ^ EXCLUSION, position) < truncation.xtcProbability()) {
            candidates.excludeTop(truncation.xtcThreshold());
        }
        return candidates.draw(share(seed, position));
    }

    /** Log-probabilities of {@code token} and the {@code top} likeliest under the row as it is. */
    public TokenLogprobs logprobs(float[] logits, int from, int token, int top) {
        candidates.load(logits, from);
        double logMass = candidates.logMass();
        candidates.topK(Math.min(top, vocabulary));
        List<TokenLogprobs.Entry> entries = new ArrayList<>();
        if (top > 0) {
            for (int id : candidates.ids()) {
                entries.add(new TokenLogprobs.Entry(id, logits[from + id] - logMass));
            }
        }
        return new TokenLogprobs(logits[from + token] - logMass, List.copyOf(entries));
    }

    /** The seed of one of several answers to the same request. */
    public static long seedOf(long seed, int choice) {
        return choice == 0 ? seed : mix(seed + choice * GOLDEN);
    }

    /* Counter-based (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3): position in, uniform number out. */
    private static double share(long seed, int position) {
        return (mix(mix(seed) + position * GOLDEN) >>> 11) * 0x1.0p-53;
    }

    /* Finalizer of SplitMix64 (Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators). */
    private static long mix(long value) {
        long a = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
        return b ^ b >>> 31;
    }
}
