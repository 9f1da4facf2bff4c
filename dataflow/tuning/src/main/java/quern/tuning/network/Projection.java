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
}
