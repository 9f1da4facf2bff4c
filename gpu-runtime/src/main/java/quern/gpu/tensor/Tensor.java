package quern.gpu.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A matrix or vector of weights as it lies in its file: row-major, element (row, column) in block
 * {@code (row * columns + column) / type.blockElements()}. A vector has one row.
 *
 * @param name its name in the file, for messages
 * @param bytes exactly {@code type.bytesOf(rows * columns)} bytes; a view, owned by the file mapping or the loader
 */
public record Tensor(String name, ElementType type, int rows, int columns, MemorySegment bytes) {

    public Tensor {
        long expected = type.bytesOf(Math.multiplyExact((long) rows, (long) columns));
        if (columns % type.blockElements() != 0) {
            throw new IllegalArgumentException(
                    name + ": rows of " + columns + " elements, expected a multiple of " + type.blockElements());
        }
        if (bytes.byteSize() != expected) {
            throw new IllegalArgumentException(name + ": " + bytes.byteSize() + " bytes, expected " + expected);
        }
    }

    /** An F32 tensor over heap values, row-major. */
    public static Tensor ofFloats(String name, int rows, int columns, float[] values) {
        return new Tensor(name, ElementType.F32, rows, columns, MemorySegment.ofArray(values));
    }

    /** The bytes of one row. */
    public MemorySegment row(int row) {
        long rowBytes = type.bytesOf(columns);
        return bytes.asSlice(row * rowBytes, rowBytes);
    }
}
