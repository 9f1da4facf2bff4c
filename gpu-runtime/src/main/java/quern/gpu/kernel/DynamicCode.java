package quern.gpu.kernel;

import java.util.Arrays;

/**
 * Numbers of one byte by dynamic tree quantisation (Dettmers et al., 8-bit Optimizers via Block-wise Quantization,
 * arXiv 2110.02861): the count of leading zero bits is a power of ten, the bits behind them divide 0.1 to 1 evenly, so
 * that seven orders of magnitude fit and the largest numbers are the finest. A code is the rank of its value.
 */
public final class DynamicCode {

    /** From -1 to 1. */
    public static final DynamicCode SIGNED = new DynamicCode(true);
    /** From 0 to 1, with a bit more for each; what is above 0 is never rounded to 0, as it is divided by. */
    public static final DynamicCode UNSIGNED = new DynamicCode(false);

    private static final int CODES = 256;
    private static final int POWERS = 7;
    /** A float's upper half: sign, power of two and seven bits. */
    private static final int KEY_SHIFT = 16;

    private final float[] values = new float[CODES];
    /** Between each code and the next. */
    private final float[] borders = new float[CODES];
    /** By the upper half of a float, the code of the smallest number that begins so. */
    private final byte[] first = new byte[1 << KEY_SHIFT];
    private final int lowest;

    private DynamicCode(boolean signed) {
        int count = 0;
        for (int power = 0; power < POWERS; power++) {
            int steps = signed ? 1 << power : 2 << power;
            double scale = Math.pow(10, power + 1 - POWERS);
            for (int i = 0; i < steps; i++) {
                float value = (float) (scale * (0.1 + 0.9 * (i + 0.5) / steps));
                values[count++] = value;
                if (signed) {
                    values[count++] = -value;
                }
            }
        }
        values[count++] = 0f;
        values[count] = 1f;
        Arrays.sort(values);
        lowest = signed ? 0 : 1;
        for (int i = 0; i + 1 < CODES; i++) {
            borders[i] = (float) ((values[i] + (double) values[i + 1]) / 2);
        }
        borders[CODES - 1] = Float.POSITIVE_INFINITY;
        for (int key = 0; key < first.length; key++) {
            boolean negative = key >= first.length / 2;
            first[key] = (byte) search(Float.intBitsToFloat(key << KEY_SHIFT | (negative ? 0xffff : 0)));
        }
    }

    private int search(float value) {
        int code = 0;
        while (value > borders[code]) {
            code++;
        }
        return code;
    }

    /** What the code stands for. */
    public float value(byte code) {
        return values[code & 0xff];
    }

    /** The code nearest to a number from -1, or 0, to 1; the lower one of two as near. */
    public byte code(float value) {
        if (value == 0) {
            return (byte) search(0f);
        }
        int code = first[Float.floatToRawIntBits(value) >>> KEY_SHIFT] & 0xff;
        while (value > borders[code]) {
            code++;
        }
        return (byte) Math.max(lowest, code);
    }
}
