package quern.gpu.kernel;

/** The element-wise functions of feed-forwards that have no gate: GELU in its two forms (arXiv 1606.08415). */
public enum Activation {
    /** {@code x * (1 + erf(x / sqrt(2))) / 2}. */
    GELU,
    /** {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2}. */
    GELU_TANH
}
