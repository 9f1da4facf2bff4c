package quern.inference.format;

import java.util.List;
import quern.gpu.tensor.ElementType;

/**
 * A tensor of a {@link GgufSource}, read row by row.
 *
 * @param name in the GGUF file
 * @param type of its stored rows
 * @param dimensions the row's length first, as GGUF has them
 * @param parts the products it is made of, one after the other; their rows add up to its rows
 * @param bytes gives its rows
 */
public record SourceTensor(
        String name, ElementType type, List<Integer> dimensions, List<Part> parts, StoredRows bytes) {

    /**
     * Some of its rows.
     *
     * @param name as {@link ModelFile} calls the matrix; fused projections and experts have one each
     */
    public record Part(String name, int rows) {}

    /** Gives one row at a time; any number of threads may ask. */
    public interface StoredRows {
        /** The stored bytes of row {@code row} into {@code out[at..]}. */
        void read(int row, byte[] out, int at);
    }

    public int columns() {
        return dimensions.getFirst();
    }

    /** All dimensions but the first multiplied; 1 for a vector. */
    public int rows() {
        int rows = 1;
        for (int dimension : dimensions.subList(1, dimensions.size())) {
            rows = Math.multiplyExact(rows, dimension);
        }
        return rows;
    }
}
