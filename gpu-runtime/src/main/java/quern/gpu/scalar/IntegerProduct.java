package quern.gpu.scalar;

import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.QuantizedRows;

/**
 * One output of the 8-bit product, for the types that have an integer one. Per block of 32 activations the products
 * of integers are summed exactly; block sums are joined in order of k by one fma each (two where the type stores
 * minima), the scales multiplied first. All sums fit a float's 24 bits.
 */
public final class IntegerProduct {

    private static final int BLOCK = QuantizedRows.BLOCK;

    private IntegerProduct() {}

    /** Whether {@code type} has an integer product. */
    public static boolean has(ElementType type) {
        return switch (type) {
            case Q8_0, Q4_0, Q4_K, Q6_K -> true;
            default -> false;
        };
    }

    /** {@code sum over k of w[k] * x[token][k]}; {@code row} holds one stored row of {@code type}. */
    public static float of(ElementType type, byte[] row, QuantizedRows x, int token) {
        int blocks = x.blocksPerRow();
        byte[] values = x.values();
        float[] scales = x.scales();
        float sum = 0;
        for (int b = 0; b < blocks; b++) {
            int at = (token * blocks + b) * BLOCK;
            float scale = scales[token * blocks + b];
            sum = switch (type) {
                case Q8_0 -> q8(row, b * 34, values, at, scale, sum);
                case Q4_0 -> q4(row, b * 18, values, at, scale, sum);
                case Q4_K -> q4k(row, b, values, at, scale, sum);
                case Q6_K -> q6k(row, b, values, at, scale, sum);
                default -> throw new IllegalArgumentException("no integer product for " + type);
            };
        }
        return sum;
    }

    private static float q8(byte[] w, int at, byte[] x, int xAt, float scale, float sum) {
        int dot = 0;
        for (int i = 0; i < BLOCK; i++) {
            dot += w[at + 2 + i] * x[xAt + i];
        }
        return Math.fma(Dequantizer.half(w, at) * scale, (float) dot, sum);
    }

    private static float q4(byte[] w, int at, byte[] x, int xAt, float scale, float sum) {
        int dot = 0;
        for (int i = 0; i < BLOCK / 2; i++) {
            int packed = w[at + 2 + i] & 255;
            dot += ((packed & 15) - 8) * x[xAt + i] + ((packed >>> 4) - 8) * x[xAt + BLOCK / 2 + i];
        }
        return Math.fma(Dequantizer.half(w, at) * scale, (float) dot, sum);
    }

    private static float q4k(byte[] w, int block, byte[] x, int xAt, float scale, float sum) {
        int at = block / 8 * 144;
        int sub = block % 8;
        int dot = 0;
        int xSum = 0;
        for (int i = 0; i < BLOCK; i++) {
            int packed = w[at + 16 + BLOCK * (sub / 2) + i] & 255;
            dot += (sub % 2 == 0 ? packed & 15 : packed >>> 4) * x[xAt + i];
            xSum += x[xAt + i];
        }
        float product = Dequantizer.half(w, at) * Dequantizer.scaleK(w, at + 4, sub);
        float min = Dequantizer.half(w, at + 2) * Dequantizer.minK(w, at + 4, sub);
        return Math.fma(-(min * scale), (float) xSum, Math.fma(product * scale, (float) dot, sum));
    }

    private static float q6k(byte[] w, int block, byte[] x, int xAt, float scale, float sum) {
        int at = block / 8 * 210;
        int first = block % 8 * BLOCK;
        int dot = 0;
        for (int part = 0; part < 2; part++) {
            int within = 0;
            for (int i = 16 * part; i < 16 * part + 16; i++) {
                within += Dequantizer.valueQ6K(w, at, first + i) * x[xAt + i];
            }
            dot += w[at + 192 + first / 16 + part] * within;
        }
        return Math.fma(Dequantizer.half(w, at + 208) * scale, (float) dot, sum);
    }
}
