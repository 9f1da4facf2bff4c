package quern.inference.encoder;

import java.util.Arrays;
import quern.config.EngineConfig.Pooling;
import quern.config.QuernException;

/**
 * One text's embedding in the making: hidden states go in by position, once each and in order, the vector of length 1
 * comes out. Sums are doubles in order of position, so the result does not depend on how the text was cut.
 */
public final class PooledRow {

    private final Pooling pooling;
    private final double[] sums;
    private int count;

    /** @param width elements of a hidden state */
    public PooledRow(Pooling pooling, int width) {
        this.pooling = pooling;
        this.sums = new double[width];
    }

    /** Whether the state at {@code position} of a text of {@code tokens} tokens takes part. */
    public boolean wants(int position, int tokens) {
        return switch (pooling) {
            case MEAN -> true;
            case CLS -> position == 0;
            case LAST -> position == tokens - 1;
        };
    }

    /** Takes a state that is wanted, from {@code values[from]} on. */
    public void add(float[] values, int from) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[from + i];
        }
        count++;
    }

    /** Forgets what was taken. */
    public void clear() {
        Arrays.fill(sums, 0);
        count = 0;
    }

    /**
     * The pooled state divided by its Euclidean length; all zeros if it is zero.
     *
     * @throws IllegalStateException if nothing was taken
     * @throws QuernException if a state was not finite
     */
    public float[] vector() {
        if (count == 0) {
            throw new IllegalStateException("no hidden state was pooled");
        }
        float[] vector = normalized(sums);
        for (float element : vector) {
            if (!Float.isFinite(element)) {
                throw new QuernException(
                        QuernException.Category.ERROR, "hidden states of the text are not finite");
            }
        }
        return vector;
    }

    /** The leading {@code dimensions} elements of an embedding, of length 1 again (arXiv 2205.13147). */
    public static float[] shortened(float[] vector, int dimensions) {
        double[] kept = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            kept[i] = vector[i];
        }
        return normalized(kept);
    }

    private static float[] normalized(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        double inverse = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        float[] vector = new float[values.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (values[i] * inverse);
        }
        return vector;
    }
}
