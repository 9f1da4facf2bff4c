package quern.inference.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import quern.gpu.kernel.Kernels;

/**
 * Tokens that may come next, with their logits, narrowed step by step. One instance serves many draws. Ties are always
 * broken towards the lower id, so nothing depends on the order in which steps look at candidates.
 *
 * <p>As long as nothing is left out, steps look at {@link LogitRuns}; only what may stay gets a key of its own.
 */
final class Candidates {

    private static final int FIRST_RUN = 256;
    /** So many tokens, or one in so many of a vocabulary, are few: each is looked at by itself. */
    private static final int FEW = 128;

    private final float[] logits;
    private final LogitRuns runs;
    private final int[] occurrences;
    private final long[] keys;
    private int size;
    private int ordered;
    private boolean keyed;

    /** @param vocabulary tokens there are */
    Candidates(int vocabulary, Kernels kernels) {
        this.logits = new float[vocabulary];
        this.runs = new LogitRuns(logits, kernels);
        this.occurrences = new int[vocabulary];
        this.keys = new long[vocabulary];
    }

    /** Starts over with the whole vocabulary. */
    void load(float[] values, int from) {
        System.arraycopy(values, from, logits, 0, logits.length);
        keyed = false;
        runs.changed();
    }

    int size() {
        return keyed ? size : logits.length;
    }

    boolean possible(int token) {
        return logits[token] > Float.NEGATIVE_INFINITY;
    }

    void bias(Map<Integer, Double> biases) {
        biases.forEach((token, bias) -> logits[token] += bias.floatValue());
        runs.changed();
    }

    /** Once per distinct token of {@code history[from .. to)}; CTRL (arXiv 1909.05858), section 4.1. */
    void penalizeRepetition(int[] history, int from, int to, double penalty) {
        if (penalty == 1) {
            return;
        }
        runs.changed();
        for (int i = from; i < to; i++) {
            int token = history[i];
            if (occurrences[token]++ == 0) {
                logits[token] = (float) (logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty);
            }
        }
        for (int i = from; i < to; i++) {
            occurrences[history[i]] = 0;
        }
    }

    /** Subtracts {@code presence + occurrences * frequency} from each token of {@code history[from .. to)}. */
    void penalizeOccurrence(int[] history, int from, int to, double presence, double frequency) {
        if (presence == 0 && frequency == 0) {
            return;
        }
        runs.changed();
        for (int i = from; i < to; i++) {
            occurrences[history[i]]++;
        }
        for (int i = from; i < to; i++) {
            int token = history[i];
            logits[token] -= (float) (occurrences[token] * frequency + (occurrences[token] > 0 ? presence : 0));
            occurrences[token] = 0;
        }
    }

    /** Leaves only the tokens allowed, the rest at best as impossible ones; the first narrowing. */
    void keep(BitSet allowed) {
        if (allowed.cardinality() > Math.max(FEW, logits.length / FEW)) {
            excludeAllBut(allowed);
            return;
        }
        size = 0;
        for (int id = allowed.nextSetBit(0); id >= 0 && id < logits.length; id = allowed.nextSetBit(id + 1)) {
            keys[size++] = KeyOrder.keyOf(logits[id], id);
        }
        ordered = 0;
        keyed = true;
    }

    private void excludeAllBut(BitSet allowed) {
        for (int id = allowed.nextClearBit(0); id < logits.length;) {
            int end = allowed.nextSetBit(id);
            end = end < 0 ? logits.length : Math.min(end, logits.length);
            Arrays.fill(logits, id, end, Float.NEGATIVE_INFINITY);
            id = allowed.nextClearBit(end);
        }
        runs.changed();
    }

    void temperature(double temperature) {
        if (temperature == 1) {
            return;
        }
        runs.changed();
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (logits[i] / temperature);
        }
    }

    void topK(int k) {
        if (k <= 0 || k >= size()) {
            return;
        }
        if (!keyed && k <= runs.count() && !Double.isNaN(maximum())) {
            keyLikeliest(k);
            keyed = true;
            return;
        }
        order(k);
        size = k;
        ordered = k;
    }

    /** Holtzman et al., The Curious Case of Neural Text Degeneration, arXiv 1904.09751. */
    void topP(double p) {
        if (p >= 1) {
            return;
        }
        double maximum = maximum();
        double wanted = p * mass(maximum);
        for (int count = FIRST_RUN; !keyed && count <= runs.count(); count *= 4) {
            keyLikeliest(count);
            keyed = reach(wanted, maximum);
        }
        key();
        reach(wanted, maximum);
    }

    /** Leaves the likeliest until their sum is {@code wanted}; whether there are enough. */
    private boolean reach(double wanted, double maximum) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            if (i == ordered) {
                order(Math.min(size, Math.max(FIRST_RUN, 4 * i)));
            }
            sum += Math.exp(logit(i) - maximum);
            if (sum >= wanted) {
                size = i + 1;
                ordered = Math.min(ordered, size);
                return true;
            }
        }
        return false;
    }

    /** Nguyen et al., Turning Up the Heat: Min-p Sampling, arXiv 2407.01082. */
    void minP(double p) {
        if (p <= 0) {
            return;
        }
        double maximum = maximum();
        if (!keyed) {
            size = runs.keys(largest -> Math.exp(largest - maximum) >= p, keys);
            ordered = 0;
            keyed = true;
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (Math.exp(logit(i) - maximum) >= p) {
                keys[kept++] = keys[i];
            }
        }
        size = kept;
        ordered = Math.min(ordered, kept);
    }

    /** Meister et al., Locally Typical Sampling, arXiv 2202.00666. */
    void typical(double share) {
        if (share >= 1) {
            return;
        }
        order(size());
        double maximum = maximum();
        double logMass = maximum + Math.log(mass(maximum));
        double entropy = 0;
        for (int i = 0; i < size; i++) {
            double logProbability = logit(i) - logMass;
            entropy -= logit(i) == Float.NEGATIVE_INFINITY ? 0 : Math.exp(logProbability) * logProbability;
        }
        // Sorts by (distance from the entropy, rank): a float that is not negative sorts as its bits do.
        long[] byDistance = new long[size];
        for (int i = 0; i < size; i++) {
            float distance = (float) Math.abs(logMass - logit(i) - entropy);
            byDistance[i] = (long) Float.floatToIntBits(distance) << 32 | i;
        }
        Arrays.sort(byDistance);
        BitSet kept = new BitSet();
        double sum = 0;
        for (int i = 0; i < byDistance.length && sum < share; i++) {
            int rank = (int) byDistance[i];
            kept.set(rank);
            sum += Math.exp(logit(rank) - logMass);
        }
        keepRanks(kept);
    }

    /** Tang et al., Top-n-sigma: Not All Logits Are You Need, arXiv 2411.07641. */
    void topNSigma(double deviations) {
        if (deviations <= 0) {
            return;
        }
        key();
        int count = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < size; i++) {
            double logit = logit(i);
            if (logit != Double.NEGATIVE_INFINITY) {
                count++;
                sum += logit;
                squares += logit * logit;
            }
        }
        double variance = Math.max(0, squares / count - sum / count * (sum / count));
        double least = maximum() - deviations * Math.sqrt(variance);
        BitSet kept = new BitSet();
        for (int i = 0; i < size; i++) {
            kept.set(i, logit(i) >= least);
        }
        keepRanks(kept);
    }

    /** "Exclude top choices": of several candidates with at least this probability only the least likely stays. */
    void excludeTop(double threshold) {
        order(size());
        double maximum = maximum();
        double least = threshold * mass(maximum);
        int above = 0;
        while (above < size && logit(above) > Float.NEGATIVE_INFINITY && Math.exp(logit(above) - maximum) >= least) {
            above++;
        }
        if (above >= 2) {
            BitSet kept = new BitSet();
            kept.set(above - 1, size);
            keepRanks(kept);
        }
    }

    /** Leaves the candidates at these places, in their order. */
    private void keepRanks(BitSet places) {
        int kept = 0;
        int keptOrdered = 0;
        for (int i = places.nextSetBit(0); i >= 0; i = places.nextSetBit(i + 1)) {
            keptOrdered += i < ordered ? 1 : 0;
            keys[kept++] = keys[i];
        }
        size = kept;
        ordered = keptOrdered;
    }

    /** The likeliest candidate, -1 if there is none or a logit is not a number. */
    int greedy() {
        if (!keyed) {
            return runs.greedy();
        }
        int best = -1;
        for (int i = 0; i < size; i++) {
            int token = id(i);
            if (Float.isNaN(logits[token])) {
                return -1;
            }
            boolean better = best < 0 || logits[token] > logits[best]
                    || logits[token] == logits[best] && token < best;
            best = better ? token : best;
        }
        return best;
    }

    /** The candidate at {@code share} of the cumulated probability, by descending probability of what was ordered. */
    int draw(double share) {
        if (!keyed) {
            return runs.draw(share);
        }
        double maximum = maximum();
        double wanted = share * mass(maximum);
        double sum = 0;
        int last = -1;
        for (int i = 0; i < size; i++) {
            double weight = Math.exp(logit(i) - maximum);
            sum += weight;
            last = weight > 0 ? id(i) : last;
            if (sum > wanted) {
                return id(i);
            }
        }
        return last;
    }

    /** All candidates, likeliest first. */
    int[] ids() {
        order(size());
        int[] ids = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = id(i);
        }
        return ids;
    }

    /** Probabilities of {@link #ids()}, adding up to 1. */
    double[] probabilities() {
        order(size());
        double maximum = maximum();
        double mass = mass(maximum);
        double[] probabilities = new double[size];
        for (int i = 0; i < size; i++) {
            probabilities[i] = Math.exp(logit(i) - maximum) / mass;
        }
        return probabilities;
    }

    /** Logarithm of the sum of the exponentials of the candidates' logits. */
    double logMass() {
        double maximum = maximum();
        return maximum + Math.log(mass(maximum));
    }

    private double maximum() {
        if (!keyed) {
            return runs.maximum();
        }
        double maximum = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            maximum = Math.max(maximum, logit(i));
        }
        return maximum;
    }

    private double mass(double maximum) {
        if (!keyed) {
            return runs.mass();
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.exp(logit(i) - maximum);
        }
        return sum;
    }

    /** Keys for the {@code count} likeliest, in order; at most as many as there are runs. */
    private void keyLikeliest(int count) {
        Arrays.sort(keys, 0, runs.likeliest(count, keys));
        size = count;
        ordered = count;
    }

    private float logit(int index) {
        return logits[id(index)];
    }

    private int id(int index) {
        return (int) keys[index];
    }

    private void key() {
        if (keyed) {
            return;
        }
        for (int id = 0; id < logits.length; id++) {
            keys[id] = KeyOrder.keyOf(logits[id], id);
        }
        size = logits.length;
        ordered = 0;
        keyed = true;
    }

    /** Puts the {@code count} likeliest first, in order. */
    private void order(int count) {
        key();
        if (count <= ordered) {
            return;
        }
        KeyOrder.select(keys, ordered, size, count);
        Arrays.sort(keys, ordered, count);
        ordered = count;
    }
}
