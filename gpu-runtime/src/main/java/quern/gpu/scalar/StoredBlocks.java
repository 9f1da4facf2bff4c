package quern.gpu.scalar;

import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * One stored row of a type with an integer product, taken apart into blocks of 32: element k of block b is
 * {@code scale(b) * integer(k) - min(b)}, the integer times {@code factor(2 b + k / 16)} where the type has whole
 * factors (Q6_K). For repacking.
 */
public final class StoredBlocks {

    private final ElementType type;
    private final byte[] row;

    private StoredBlocks(ElementType type, byte[] row) {
        this.type = type;
        this.row = row;
    }

    /** @throws IllegalArgumentException if the type has no integer product */
    public static StoredBlocks ofRow(Tensor tensor, int index) {
        if (!IntegerProduct.has(tensor.type())) {
            throw new IllegalArgumentException(
                    tensor.name() + ": " + tensor.type() + " has no integer product");
        }
        return new StoredBlocks(tensor.type(), Dequantizer.bytes(tensor, index));
    }

    /** The 32 integers of block {@code b}, signed; for Q4_K 0..15. */
    public void integers(int b, int[] out) {
        for (int k = 0; k < 32; k++) {
            out[k] = switch (type) {
                case Q8_0 -> row[34 * b + 2 + k];
                case Q4_0 -> (row[18 * b + 2 + k % 16] >>> 4 * (k / 16) & 15) - 8;
                case Q4_K -> row[144 * (b / 8) + 16 + 32 * (b % 8 / 2) + k] >>> 4 * (b % 2) & 15;
                default -> Dequantizer.valueQ6K(row, 210 * (b / 8), 32 * (b % 8) + k);
            };
        }
    }

    public float scale(int b) {
        return switch (type) {
            case Q8_0 -> Dequantizer.half(row, 34 * b);
            case Q4_0 -> Dequantizer.half(row, 18 * b);
            case Q4_K -> Dequantizer.half(row, 144 * (b / 8)) * Dequantizer.scaleK(row, 144 * (b / 8) + 4, b % 8);
            default -> Dequantizer.half(row, 210 * (b / 8) + 208);
        };
    }

    /** Subtracted from every element; 0 but for Q4_K. */
    public float min(int b) {
        return type == ElementType.Q4_K
                ? Dequantizer.half(row, 144 * (b / 8) + 2) * Dequantizer.minK(row, 144 * (b / 8) + 4, b % 8)
                : 0f;
    }

    /** Whole factor of the 16 integers of {@code run}; 1 but for Q6_K. */
    public int factor(int run) {
        return type == ElementType.Q6_K ? row[210 * (run / 16) + 192 + run % 16] : 1;
    }
}
