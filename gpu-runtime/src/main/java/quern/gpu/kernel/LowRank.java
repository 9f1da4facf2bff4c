package quern.gpu.kernel;

/**
 * A low-rank update of one weight matrix (Hu et al., LoRA, arXiv 2106.09685) in the form its backend computes with,
 * made once by {@link Kernels#packLowRank}. Opaque: only the backend that packed it can use it.
 */
public interface LowRank {

    /** Rows of A, columns of B. */
    int rank();

    /** Outputs: rows of B. */
    int rows();

    /** Inputs: columns of A. */
    int columns();

    /** Memory this form occupies, in bytes. */
    long bytes();

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of a call's input, which have this update. */
    record Span(int from, int to, LowRank update) {}
}
