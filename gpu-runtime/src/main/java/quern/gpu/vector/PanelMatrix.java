package quern.gpu.vector;

import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;

/**
 * Weights in panels of 16 rows, k-major, the last panel padded with zeros: element (k, row) of a panel is number
 * {@code 16 k + row} of it. Which arrays are in use depends on {@link #form} and type; a quantised element is
 * {@code (scale * factor) * code - min * minFactor}, where a factor not stored is 1 and a minimum not stored is 0.
 *
 * @param type as stored in the file
 * @param codes one whole number per element (BYTES) or two per byte (NIBBLES, INDICES): within a block of 32, number
 *     {@code 16 j + row} holds k = j, 0..15, in its low and k = j + 16 in its high four bits. NIBBLES hold code +
 *     {@link #zero()}, the high ones less 8; INDICES hold places in the codebook.
 * @param halves F16 or BF16
 * @param floats F32
 * @param scales [panel][run of {@link #scaleElements()}][row]
 * @param mins like the scales, of the types that store minima
 * @param factors [panel][block of 32][{@link #factorsPerBlock()}][row], of the types with blocks of 256
 * @param minFactors like the factors, of those that store minima
 */
record PanelMatrix(
        ElementType type, Form form, int rows, int columns, byte[] codes, short[] halves, float[] floats,
        float[] scales, float[] mins, byte[] factors, byte[] minFactors) implements Matrix {

    /** How the elements of a panel are held. */
    enum Form { FLOATS, HALVES, BRAIN_HALVES, BYTES, NIBBLES, INDICES }

    static final byte[] NO_BYTES = {};
    static final short[] NO_SHORTS = {};
    static final float[] NO_FLOATS = {};

    static Form form(ElementType type) {
        return switch (type) {
            case F32 -> Form.FLOATS;
            case F16 -> Form.HALVES;
            case BF16 -> Form.BRAIN_HALVES;
            case Q8_0, Q5_0, Q5_1, Q5_K, Q6_K -> Form.BYTES;
            case Q4_0, Q4_1, Q4_K, Q3_K, Q2_K -> Form.NIBBLES;
            case IQ4_NL, IQ4_XS -> Form.INDICES;
        };
    }

    /** Factors of a row per block of 32: none, one, or one for each half. */
    static int factorsPerBlock(ElementType type) {
        return switch (type) {
            case Q4_K, Q5_K, IQ4_XS -> 1;
            case Q2_K, Q3_K, Q6_K -> 2;
            default -> 0;
        };
    }

    int factorsPerBlock() {
        return factorsPerBlock(type);
    }

    /** The nibble that stands for 0. */
    int zero() {
        return switch (type) {
            case Q4_0 -> 8;
            case Q3_K -> 4;
            default -> 0;
        };
    }

    int panels() {
        return Math.ceilDiv(rows, Tiles.ROWS);
    }

    int blocks() {
        return columns / 32;
    }

    /** Elements of a row that share a scale: 32 or 256. */
    int scaleElements() {
        return type.blockElements();
    }

    /** Whether the product with 8-bit activations sums whole numbers. */
    boolean hasIntegerProduct() {
        return !type.isFloat();
    }

    boolean hasMins() {
        return mins.length > 0;
    }

    /** Where the scales, and minima, of one block of 32 begin. */
    int scalesAt(int panel, int block) {
        return (panel * (columns / scaleElements()) + block * 32 / scaleElements()) * Tiles.ROWS;
    }

    /** Where the factors of one block of 32 begin. */
    int factorsAt(int panel, int block) {
        return (panel * blocks() + block) * factorsPerBlock() * Tiles.ROWS;
    }

    @Override
    public long bytes() {
        return (long) codes.length + factors.length + minFactors.length + 2L * halves.length
                + 4L * ((long) floats.length + scales.length + mins.length);
    }
}
