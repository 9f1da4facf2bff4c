package quern.gpu.kernel;

/**
 * Rotary position embedding (Su et al., RoFormer, arXiv 2104.09864): the angle of pair {@code i} at position {@code p}
 * is {@code p * frequencies[i]}.
 *
 * @param interleaved true: pairs are elements (2i, 2i+1), as in Llama GGUF files; false: (i, i + pairs), as in HF
 *     files and Qwen
 * @param frequencies one per pair; {@code 2 * frequencies.length} elements of each head are rotated, the rest stay
 * @param magnitude factor of what is rotated; 1 but for scalings that raise it (YaRN, arXiv 2309.00071)
 */
public record RopeTable(boolean interleaved, float[] frequencies, float magnitude) {

    /** Magnitude 1. */
    public RopeTable(boolean interleaved, float[] frequencies) {
        this(interleaved, frequencies, 1f);
    }

    /** The plain table: {@code base^(-2i / rotatedElements)}. */
    public static RopeTable of(boolean interleaved, int rotatedElements, double base) {
        float[] frequencies = new float[rotatedElements / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(base, -2.0 * i / rotatedElements);
        }
        return new RopeTable(interleaved, frequencies);
    }
}
