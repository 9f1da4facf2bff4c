package quern.gpu.kernel;

/**
 * Numbers of one byte each, in blocks that have a common scale: {@code value(codes[i]) * maxima[i / BLOCK]}. All zero
 * at first.
 *
 * @param codes of {@link DynamicCode}
 * @param maxima largest absolute value of each block
 */
public record CodedRows(byte[] codes, float[] maxima) {

    /** Numbers of one scale. */
    public static final int BLOCK = 256;

    /** So many zeros. */
    public static CodedRows zeros(int count) {
        return new CodedRows(new byte[count], new float[Math.ceilDiv(count, BLOCK)]);
    }

    /** Reads a block's numbers. */
    public void decode(DynamicCode code, int block, int count, float[] into) {
        int from = block * BLOCK;
        for (int i = 0; i < count; i++) {
            into[i] = maxima[block] == 0 ? 0f : code.value(codes[from + i]) * maxima[block];
        }
    }

    /** Writes a block's numbers, each the nearest that there is. */
    public void encode(DynamicCode code, int block, int count, float[] numbers) {
        float max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, Math.abs(numbers[i]));
        }
        maxima[block] = max;
        int from = block * BLOCK;
        for (int i = 0; i < count; i++) {
            codes[from + i] = code.code(max == 0 ? 0f : numbers[i] / max);
        }
    }
}
