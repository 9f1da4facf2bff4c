package quern.gpu.vector;

import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;

/**
 * Weights in panels of 16 rows, k-major, the last panel padded with zeros: element (k, row) of a panel is number
 * {@code 16 k + row} of it. Which arrays are in use depends on {@link #form}.
 *
 * @param type as stored in the file
 * @param codes integers, one per element (BYTES, SCALED_BYTES) or two per byte (NIBBLES: within a block of 32, number
 *     {@code 16 j + row} holds k = j, 0..15, in its low and k = j + 16, less 8, in its high four bits)
 * @param halves F16 or BF16
 * @param floats F32
 * @param scales [panel][block of 32][row]
 * @param mins [panel][block of 32][row], Q4_K only
 * @param factors [panel][run of 16][row], whole factors of the integers, Q6_K only
 */
record PanelMatrix(
        ElementType type, Form form, int rows, int columns, byte[] codes, short[] halves, float[] floats,
        float[] scales, float[] mins, byte[] factors) implements Matrix {

    /** How the elements of a panel are held. */
    enum Form { FLOATS, HALVES, BRAIN_HALVES, BYTES, SCALED_BYTES, NIBBLES }

    static final byte[] NO_BYTES = {};
    static final short[] NO_SHORTS = {};
    static final float[] NO_FLOATS = {};

    int panels() {
        return Math.ceilDiv(rows, Tiles.ROWS);
    }

    int blocks() {
        return columns / 32;
    }

    /** Whether the product with 8-bit activations sums integers. */
    boolean hasIntegerProduct() {
        return scales.length > 0;
    }

    /** Where the scales of one block begin. */
    int scalesAt(int panel, int block) {
        return (panel * blocks() + block) * Tiles.ROWS;
    }

    @Override
    public long bytes() {
        return codes.length + factors.length + 2L * halves.length
                + 4L * (floats.length + (long) scales.length + mins.length);
    }
}
