package quern.tuning.network;

import quern.gpu.tensor.Rows;

/** A matrix product with its gradients. */
public interface Projection {

    /** Overwrites the leading {@code count} rows of {@code y}. */
    void forward(Rows x, int count, Rows y);

    /**
     * Adds the gradients of what is trained here, and writes or adds that of the input.
     *
     * @param x the input that {@link #forward} saw
     */
    void backward(Rows dy, Rows x, int count, Rows dx, boolean accumulate);

    /** Whether {@link #backward} may be taken apart by {@link #inputGradient}: nothing is trained here. */
    default boolean frozen() {
        return false;
    }

    /**
     * What outputs {@code from} to {@code to - 1} add to the input's gradient; one range after the other gives the bits
     * of {@link #backward}.
     *
     * @throws UnsupportedOperationException if it is not {@link #frozen}
     */
    default void inputGradient(Rows dy, int from, int to, int count, Rows dx, boolean accumulate) {
        throw new UnsupportedOperationException("gradients of a trained matrix in parts, expected a frozen one");
    }
}
