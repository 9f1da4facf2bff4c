package quern.inference.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.function.IntPredicate;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.FloatMath;

/**
 * Tokens that may come next, with their logits, narrowed step by step. One instance serves many draws. Ties are always
 * broken towards the lower id, so nothing depends on the order in which steps look at candidates.
 *
 * <p>As long as nothing is left out, steps look at runs of the vocabulary: at their largest logits and at their sums of
 * exponentials. Only what may stay gets a key of its own.
 */
final class Candidates {

    private static final int FIRST_RUN = 256;

    private final Kernels kernels;
    private final float[] logits;
    private final float[] maxima;
    private final float[] sums;
    private final int[] occurrences;
    private final long[] keys;
    private int size;
    private int ordered;
    private boolean keyed;
    private boolean maximaKnown;

    /** @param vocabulary tokens there are */
    Candidates(int vocabulary, Kernels kernels) {
        this.kernels = kernels;
        this.maxima = new float[Math.ceilDiv(vocabulary, Kernels.RUN)];
        this.sums = new float[maxima.length];
        this.logits = new float[vocabulary];
        this.occurrences = new int[vocabulary];
        this.keys = new long[vocabulary];
    }

    /** Starts over with the whole vocabulary. */
    void load(float[] values, int from) {
        System.arraycopy(values, from, logits, 0, logits.length);
        keyed = false;
        maximaKnown = false;
    }

    int size() {
        return keyed ? size : logits.length;
    }

    void bias(Map<Integer, Double> biases) {
        biases.forEach((token, bias) -> logits[token] += bias.floatValue());
        maximaKnown = false;
    }

    /** Once per distinct token of {@code history[from .. to)}; CTRL (arXiv 1909.05858), section 4.1. */
    void penalizeRepetition(int[] history, int from, int to, double penalty) {
        if (penalty == 1) {
            return;
        }
        maximaKnown = false;
        for (int i = from; i < to; i++) {
            int token = history[i];
            if (occurrences[token]++ == 0) {
                logits[token] = (float) (logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty);
            }
        }
        forget(history, from, to);
    }

    /** Subtracts {@code presence + occurrences * frequency} from each token of {@code history[from .. to)}. */
    void penalizeOccurrence(int[] history, int from, int to, double presence, double frequency) {
        if (presence == 0 && frequency == 0) {
            return;
        }
        maximaKnown = false;
        for (int i = from; i < to; i++) {
            occurrences[history[i]]++;
        }
        for (int i = from; i < to; i++) {
            int token = history[i];
            logits[token] -= (float) (occurrences[token] * frequency + (occurrences[token] > 0 ? presence : 0));
            occurrences[token] = 0;
        }
    }

    private void forget(int[] history, int from, int to) {
        for (int i = from; i < to; i++) {
            occurrences[history[i]] = 0;
        }
    }

    /** Leaves only the tokens allowed; the first narrowing. */
    void keep(BitSet allowed) {
        size = 0;
        for (int id = allowed.nextSetBit(0); id >= 0 && id < logits.length; id = allowed.nextSetBit(id + 1)) {
            keys[size++] = keyOf(id);
        }
        ordered = 0;
        keyed = true;
    }

    void temperature(double temperature) {
        if (temperature == 1) {
            return;
        }
        maximaKnown = false;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (logits[i] / temperature);
        }
    }

    void topK(int k) {
        if (k <= 0 || k >= size()) {
            return;
        }
        if (!keyed && k <= maxima.length && !Double.isNaN(maximum())) {
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
        for (int count = FIRST_RUN; !keyed && count <= maxima.length; count *= 4) {
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
            keyRuns(run -> Math.exp(maxima[run] - maximum) >= p);
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
        while (above < size && Math.exp(logit(above) - maximum) >= least) {
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
            return greedyOfAll();
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

    private int greedyOfAll() {
        float largest = (float) maximum();
        for (int run = 0; run < maxima.length; run++) {
            for (int id = run * Kernels.RUN; maxima[run] == largest && id < endOf(run); id++) {
                if (logits[id] == largest) {
                    return id;
                }
            }
        }
        return -1;
    }

    /** The likeliest of these tokens, -1 if there is none or a logit is not a number. */
    int greedy(BitSet allowed) {
        int best = -1;
        for (int id = allowed.nextSetBit(0); id >= 0 && id < logits.length; id = allowed.nextSetBit(id + 1)) {
            if (Float.isNaN(logits[id])) {
                return -1;
            }
            best = best < 0 || logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    /** The candidate at {@code share} of the cumulated probability, by descending probability of what was ordered. */
    int draw(double share) {
        double maximum = maximum();
        double wanted = share * mass(maximum);
        if (!keyed) {
            return drawOfAll(wanted, (float) maximum);
        }
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

    /** In the run in which {@code wanted} is reached, the token with which it is; rounding counts as the last one. */
    private int drawOfAll(double wanted, float maximum) {
        double before = 0;
        int last = 0;
        int run = 0;
        while (run < sums.length && before + sums[run] <= wanted) {
            last = sums[run] > 0 ? run : last;
            before += sums[run++];
        }
        int chosen = run < sums.length ? run : last;
        double sum = run < sums.length ? before : Double.NEGATIVE_INFINITY;
        int token = -1;
        for (int id = chosen * Kernels.RUN; id < endOf(chosen) && sum <= wanted; id++) {
            float weight = FloatMath.exp(logits[id] - maximum);
            sum += weight;
            token = weight > 0 ? id : token;
        }
        return token;
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
        double maximum = Double.NEGATIVE_INFINITY;
        if (!keyed) {
            if (!maximaKnown) {
                kernels.maxima(logits, 0, logits.length, maxima);
                maximaKnown = true;
            }
            for (float largest : maxima) {
                maximum = Math.max(maximum, largest);
            }
            return maximum;
        }
        for (int i = 0; i < size; i++) {
            maximum = Math.max(maximum, logit(i));
        }
        return maximum;
    }

    private double mass(double maximum) {
        double sum = 0;
        if (!keyed) {
            kernels.exponentialSums(logits, 0, logits.length, (float) maximum, sums);
            for (float part : sums) {
                sum += part;
            }
            return sum;
        }
        for (int i = 0; i < size; i++) {
            sum += Math.exp(logit(i) - maximum);
        }
        return sum;
    }

    private int endOf(int run) {
        return Math.min(logits.length, (run + 1) * Kernels.RUN);
    }

    /*
     * Of n runs each holds a token as likely as the n-th largest of the runs' largest logits. So the n likeliest are
     * not below it, and few others are not.
     */
    /** Keys for the {@code count} likeliest, in order; at most as many as there are runs. */
    private void keyLikeliest(int count) {
        maximum();
        float[] sorted = maxima.clone();
        Arrays.sort(sorted);
        float bound = sorted[sorted.length - count];
        size = 0;
        for (int run = 0; run < maxima.length; run++) {
            for (int id = run * Kernels.RUN; maxima[run] >= bound && id < endOf(run); id++) {
                if (logits[id] >= bound) {
                    keys[size++] = keyOf(id);
                }
            }
        }
        Arrays.sort(keys, 0, size);
        size = count;
        ordered = count;
    }

    /** Keys for the tokens of these runs. */
    private void keyRuns(IntPredicate wanted) {
        size = 0;
        for (int run = 0; run < maxima.length; run++) {
            if (wanted.test(run)) {
                for (int id = run * Kernels.RUN; id < endOf(run); id++) {
                    keys[size++] = keyOf(id);
                }
            }
        }
        ordered = 0;
        keyed = true;
    }

    private float logit(int index) {
        return logits[id(index)];
    }

    private int id(int index) {
        return (int) keys[index];
    }

    /* A key sorts ascending by (descending logit, ascending id): the float's bits in total order, inverted, above. */
    private void key() {
        if (keyed) {
            return;
        }
        for (int id = 0; id < logits.length; id++) {
            keys[id] = keyOf(id);
        }
        size = logits.length;
        ordered = 0;
        keyed = true;
    }

    private long keyOf(int id) {
        int bits = Float.floatToIntBits(logits[id] + 0.0f);
        int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ~ascending << 32 | id;
    }

    /** Puts the {@code count} likeliest first, in order. */
    private void order(int count) {
        key();
        if (count <= ordered) {
            return;
        }
        select(ordered, size, count);
        Arrays.sort(keys, ordered, count);
        ordered = count;
    }

    /* Hoare's selection: afterwards keys[from .. rank) are the smallest of keys[from .. to). */
    private void select(int from, int to, int rank) {
        int low = from;
        int high = to - 1;
        while (low < high && rank <= high) {
            long pivot = keys[low + high >>> 1];
            int i = low;
            int j = high;
            while (i <= j) {
                while (keys[i] < pivot) {
                    i++;
                }
                while (keys[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long swapped = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = swapped;
                }
            }
            if (rank - 1 <= j) {
                high = j;
            } else if (rank - 1 >= i) {
                low = i;
            } else {
                return;
            }
        }
    }
}
