package quern.inference.sampling;

import java.util.Arrays;
import java.util.function.DoublePredicate;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.FloatMath;

/**
 * A whole vocabulary's logits by runs of {@link Kernels#RUN}: their largest and their sums of exponentials come from
 * the backend, and only runs that matter are looked at token by token.
 */
final class LogitRuns {

    private final float[] logits;
    private final Kernels kernels;
    private final float[] maxima;
    private final float[] sums;
    private boolean known;
    private double mass;
    private boolean massKnown;

    /** @param logits may change, see {@link #changed} */
    LogitRuns(float[] logits, Kernels kernels) {
        this.logits = logits;
        this.kernels = kernels;
        this.maxima = new float[Math.ceilDiv(logits.length, Kernels.RUN)];
        this.sums = new float[maxima.length];
    }

    /** Logits are no longer what they were. */
    void changed() {
        known = false;
        massKnown = false;
    }

    int count() {
        return maxima.length;
    }

    private int endOf(int run) {
        return Math.min(logits.length, (run + 1) * Kernels.RUN);
    }

    /** The largest logit; NaN if one is not a number. */
    float maximum() {
        if (!known) {
            kernels.maxima(logits, 0, logits.length, maxima);
            known = true;
        }
        float maximum = Float.NEGATIVE_INFINITY;
        for (float largest : maxima) {
            maximum = Math.max(maximum, largest);
        }
        return maximum;
    }

    /** The sum of {@code e^(logit - maximum)}. */
    double mass() {
        if (!massKnown) {
            kernels.exponentialSums(logits, 0, logits.length, maximum(), sums);
            mass = 0;
            for (float sum : sums) {
                mass += sum;
            }
            massKnown = true;
        }
        return mass;
    }

    /** The lowest of the likeliest tokens, -1 if a logit is not a number. */
    int greedy() {
        float largest = maximum();
        for (int run = 0; run < maxima.length; run++) {
            for (int id = run * Kernels.RUN; maxima[run] == largest && id < endOf(run); id++) {
                if (logits[id] == largest) {
                    return id;
                }
            }
        }
        return -1;
    }

    /** The token at {@code share} of the cumulated probability, in order of ids; -1 if none is possible. */
    int draw(double share) {
        float maximum = maximum();
        double wanted = share * mass();
        double before = 0;
        int last = 0;
        int run = 0;
        while (run < sums.length && before + sums[run] <= wanted) {
            last = sums[run] > 0 ? run : last;
            before += sums[run++];
        }
        // Where rounding keeps the sum below what is wanted, the last possible token is meant.
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

    /*
     * Of n runs each holds a token as likely as the n-th largest of the runs' largest logits. So the n likeliest are
     * not below it, and few others are not.
     */
    /**
     * Keys of the {@code count} likeliest, at most as many as there are runs, and of some others, in no order.
     *
     * @return how many keys
     */
    int likeliest(int count, long[] keys) {
        maximum();
        float[] sorted = maxima.clone();
        Arrays.sort(sorted);
        float bound = sorted[sorted.length - count];
        int size = 0;
        for (int run = 0; run < maxima.length; run++) {
            for (int id = run * Kernels.RUN; maxima[run] >= bound && id < endOf(run); id++) {
                if (logits[id] >= bound) {
                    keys[size++] = KeyOrder.keyOf(logits[id], id);
                }
            }
        }
        return size;
    }

    /**
     * Keys of all tokens of the runs whose largest logit is {@code wanted}.
     *
     * @return how many keys
     */
    int keys(DoublePredicate wanted, long[] keys) {
        maximum();
        int size = 0;
        for (int run = 0; run < maxima.length; run++) {
            if (wanted.test(maxima[run])) {
                for (int id = run * Kernels.RUN; id < endOf(run); id++) {
                    keys[size++] = KeyOrder.keyOf(logits[id], id);
                }
            }
        }
        return size;
    }
}
