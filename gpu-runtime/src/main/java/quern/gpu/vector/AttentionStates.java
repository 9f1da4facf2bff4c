package quern.gpu.vector;

import quern.gpu.scalar.FloatMath;

/** What is known of pairs of a row and a query head after some of their sections. */
final class AttentionStates {

    /** Floats from one pair's values to the next, a multiple of 16. */
    private final int stride;
    private float[] values = new float[0];
    private float[] largest = new float[0];
    private float[] sums = new float[0];

    AttentionStates(int stride) {
        this.stride = stride;
    }

    /** Makes room for {@code pairs}; what was there may be lost. */
    void ensure(int pairs) {
        if (largest.length < pairs) {
            values = new float[Math.multiplyExact(pairs, stride)];
            largest = new float[pairs];
            sums = new float[pairs];
        }
    }

    /** Weighted sums of values, {@code stride} from one pair to the next. */
    float[] values() {
        return values;
    }

    void set(int pair, float largestScore, float sum) {
        largest[pair] = largestScore;
        sums[pair] = sum;
    }

    void copy(int pair, AttentionStates from, int fromPair) {
        System.arraycopy(from.values, fromPair * stride, values, pair * stride, stride);
        set(pair, from.largest[fromPair], from.sums[fromPair]);
    }

    /** This pair's positions, then those of {@code next}. */
    void append(int pair, AttentionStates next, int nextPair) {
        float both = Math.max(largest[pair], next.largest[nextPair]);
        float factor = FloatMath.exp(largest[pair] - both);
        float nextFactor = FloatMath.exp(next.largest[nextPair] - both);
        AttentionTiles.merge(
                values, pair * stride, factor, next.values, nextPair * stride, nextFactor, stride);
        set(pair, both, Math.fma(next.sums[nextPair], nextFactor, sums[pair] * factor));
    }

    /** The mean of the values, {@code size} elements. */
    void write(int pair, float[] out, int at, int size) {
        float inverse = 1f / sums[pair];
        for (int i = 0; i < size; i++) {
            out[at + i] = values[pair * stride + i] * inverse;
        }
    }
}
