package quern.gpu.scalar;

import quern.gpu.tensor.ElementType;

/**
 * Blocks of 32 by round-to-nearest with the scale that the largest element asks for: ggml's reference rounding of Q8_0,
 * Q4_0, Q4_1, Q5_0 and Q5_1, the same float operations in the same order.
 */
final class PlainRounding {

    private static final int LENGTH = 32;

    private PlainRounding() {}

    static void block(ElementType type, float[] x, int from, byte[] out, int at) {
        int[] codes = new int[LENGTH];
        switch (type) {
            case Q8_0 -> {
                float scale = largest(x, from) / 127;
                float inverse = inverse(scale);
                for (int i = 0; i < LENGTH; i++) {
                    codes[i] = nearest(x[from + i] * inverse);
                }
                BlockWriter.q8(scale, codes, out, at);
            }
            case Q4_0 -> BlockWriter.q4(signed(x, from, 8, codes), codes, out, at);
            case Q5_0 -> BlockWriter.q5(signed(x, from, 16, codes), codes, out, at);
            case Q4_1 -> {
                float min = least(x, from);
                BlockWriter.q4(unsigned(x, from, min, 15, codes), min, codes, out, at);
            }
            case Q5_1 -> {
                float min = least(x, from);
                BlockWriter.q5(unsigned(x, from, min, 31, codes), min, codes, out, at);
            }
            default -> throw new IllegalArgumentException("element type " + type + " is not rounded plainly");
        }
    }

    private static float inverse(float scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    private static float largest(float[] x, int from) {
        float max = 0;
        for (int i = 0; i < LENGTH; i++) {
            max = Math.max(max, Math.abs(x[from + i]));
        }
        return max;
    }

    private static float least(float[] x, int from) {
        float min = x[from];
        for (int i = 1; i < LENGTH; i++) {
            min = x[from + i] < min ? x[from + i] : min;
        }
        return min;
    }

    /** Halves away from zero; the fraction is exact. */
    static int nearest(float x) {
        int whole = (int) x;
        float fraction = x - whole;
        return whole + (fraction >= 0.5f ? 1 : fraction <= -0.5f ? -1 : 0);
    }

    /** Codes 0..2 * zero - 1, {@code zero} standing for 0; the element of largest size becomes code 0. */
    private static float signed(float[] x, int from, int zero, int[] codes) {
        float extreme = 0;
        for (int i = 0; i < LENGTH; i++) {
            if (Math.abs(x[from + i]) > Math.abs(extreme)) {
                extreme = x[from + i];
            }
        }
        float scale = extreme / -zero;
        float inverse = inverse(scale);
        for (int i = 0; i < LENGTH; i++) {
            codes[i] = Math.clamp((int) (x[from + i] * inverse + (zero + 0.5f)), 0, 2 * zero - 1);
        }
        return scale;
    }

    /** Codes 0..max from the block's least element to its greatest. */
    private static float unsigned(float[] x, int from, float min, int max, int[] codes) {
        float greatest = x[from];
        for (int i = 1; i < LENGTH; i++) {
            greatest = x[from + i] > greatest ? x[from + i] : greatest;
        }
        float scale = (greatest - min) / max;
        float inverse = inverse(scale);
        for (int i = 0; i < LENGTH; i++) {
            codes[i] = Math.clamp((int) ((x[from + i] - min) * inverse + 0.5f), 0, max);
        }
        return scale;
    }
}
