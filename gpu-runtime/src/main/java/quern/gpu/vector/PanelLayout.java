package quern.gpu.vector;

import quern.gpu.scalar.StoredRow;
import quern.gpu.tensor.ElementType;

/**
 * Where the parts of a packed matrix lie in its memory. Rows stand in panels of {@value #ROWS}, the last one padded
 * with zeros, and a panel is k-major: element (k, row) of it is number {@code 32 k + row}. A quantised element is
 * {@code (scale * factor) * code - min * minFactor}, where a factor not stored is 1 and a minimum not stored is 0.
 *
 * <p>From byte 0 the codes, then each from a multiple of 64 bytes: scales and minima as 16-bit floats, which every
 * stored type holds, [panel][run of {@link #scaleElements()}][scale, minimum][row]; factors and minima's factors as
 * bytes, [panel][block of 32][factors, minima's factors][one or two halves][row]. The order of bytes is little-endian.
 * What is read together could lie together; but processors fetch ahead what one instruction reads at even distances,
 * and memory of one stream with gaps for the scales came at half the rate.
 */
record PanelLayout(ElementType type, int rows, int columns, long scalesAt, long factorsAt, long bytes) {

    /** Rows of a panel. */
    static final int ROWS = 32;

    /** Bytes of a scale or minimum. */
    static final int SCALE_BYTES = 2;

    private static final long ALIGNMENT = 64;

    /**
     * How the elements of a panel are held. BYTES: one whole number each. NIBBLES and INDICES: within a block of 32,
     * byte {@code 32 j + i} holds k = j, 0..15, in its low and k = j + 16 in its high four bits. NIBBLES hold code +
     * {@link #zero()}, the high ones less 8, and byte i of a j is row {@code i / 2 + 16 * (i % 2)}: the 16-bit lanes
     * that come of it are taken apart by shifts. INDICES hold places in the codebook, byte i is row i.
     */
    enum Form { FLOATS, HALVES, BRAIN_HALVES, BYTES, NIBBLES, INDICES }

    static PanelLayout of(ElementType type, int rows, int columns) {
        long elements = (long) Math.ceilDiv(rows, ROWS) * ROWS * columns;
        long scales = type.isFloat() ? 0 : elements / type.blockElements();
        long factors = elements / 32 * factorsPerBlock(type);
        int kinds = StoredRow.hasMins(type) ? 2 : 1;
        long codeBytes = switch (form(type)) {
            case FLOATS -> 4 * elements;
            case HALVES, BRAIN_HALVES -> 2 * elements;
            case BYTES -> elements;
            case NIBBLES, INDICES -> elements / 2;
        };
        long scalesAt = aligned(codeBytes);
        long factorsAt = aligned(scalesAt + scales * SCALE_BYTES * kinds);
        return new PanelLayout(type, rows, columns, scalesAt, factorsAt, aligned(factorsAt + factors * kinds));
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

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

    private static int factorsPerBlock(ElementType type) {
        return switch (type) {
            case Q4_K, Q5_K, IQ4_XS -> 1;
            case Q2_K, Q3_K, Q6_K -> 2;
            default -> 0;
        };
    }

    Form form() {
        return form(type);
    }

    /** Factors of a row per block of 32: none, one, or one for each half. */
    int factorsPerBlock() {
        return factorsPerBlock(type);
    }

    /** Runs of a block whose products are summed apart: one, or one for each half. */
    int runsPerBlock() {
        return 32 / StoredRow.runElements(type);
    }

    /** The nibble that stands for 0. */
    int zero() {
        return 8 - centre();
    }

    /** See {@link StoredRow#centre}. */
    int centre() {
        return StoredRow.centre(type);
    }

    int panels() {
        return Math.ceilDiv(rows, ROWS);
    }

    /** Of 32 elements. */
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
        return StoredRow.hasMins(type);
    }

    /** Where element k of a panel's first row lies; of NIBBLES and INDICES the first of a block's. */
    long codesAt(int panel, int k) {
        long first = ((long) panel * columns + k) * ROWS;
        return switch (form()) {
            case FLOATS -> 4 * first;
            case HALVES, BRAIN_HALVES -> 2 * first;
            case BYTES -> first;
            case NIBBLES, INDICES -> first / 2;
        };
    }

    /** Where a block's scales lie. */
    long scalesAt(int panel, int block) {
        long scale = (long) panel * (columns / scaleElements()) + block * 32 / scaleElements();
        return scalesAt + scale * (hasMins() ? 2 : 1) * SCALE_BYTES * ROWS;
    }

    long minsAt(int panel, int block) {
        return scalesAt(panel, block) + SCALE_BYTES * ROWS;
    }

    /** Where a block's factors lie. */
    long factorsAt(int panel, int block) {
        return factorsAt + ((long) panel * blocks() + block) * (hasMins() ? 2 : 1) * factorsPerBlock() * ROWS;
    }

    long minFactorsAt(int panel, int block) {
        return factorsAt(panel, block) + factorsPerBlock() * ROWS;
    }
}
