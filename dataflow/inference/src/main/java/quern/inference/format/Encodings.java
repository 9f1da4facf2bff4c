package quern.inference.format;

import java.lang.foreign.MemorySegment;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Other forms of an F32 tensor: another type, rows in GGUF's order. */
public final class Encodings {

    private Encodings() {}

    /**
     * The tensor in another type, on the heap.
     *
     * @param tensor F32
     * @throws IllegalArgumentException for types that {@link Quantizer} does not write, or rows that are no multiple of
     *     the type's block
     */
    public static Tensor encode(Tensor tensor, ElementType type) {
        if (tensor.type() != ElementType.F32) {
            throw new IllegalArgumentException(tensor.name() + " is " + tensor.type() + ", expected F32");
        }
        if (type == ElementType.F32) {
            return tensor;
        }
        int rowBytes = Math.toIntExact(type.bytesOf(tensor.columns()));
        byte[] bytes = new byte[Math.multiplyExact(tensor.rows(), rowBytes)];
        float[] row = new float[tensor.columns()];
        for (int i = 0; i < tensor.rows(); i++) {
            Dequantizer.row(tensor, i, row, 0);
            Quantizer.row(type, row, 0, row.length, null, bytes, i * rowBytes);
        }
        return new Tensor(tensor.name(), type, tensor.rows(), tensor.columns(), MemorySegment.ofArray(bytes));
    }

    /**
     * Query or key rows for the interleaved rope of Llama GGUF files from rows for the half-split rope of Hugging
     * Face: within each head, row {@code 2i + j} of the result is row {@code j * headSize / 2 + i}.
     *
     * @param tensor weight or bias of a query or key projection, F32; a bias has one row, then its columns move
     * @param heads heads of that projection
     */
    public static Tensor interleaved(Tensor tensor, int heads) {
        boolean bias = tensor.rows() == 1;
        int outputs = bias ? tensor.columns() : tensor.rows();
        if (tensor.type() != ElementType.F32 || heads < 1 || outputs % (2 * heads) != 0) {
            throw new IllegalArgumentException(tensor.name() + " has " + outputs + " outputs of type " + tensor.type()
                    + ", expected F32 and a multiple of " + 2 * heads);
        }
        int half = outputs / heads / 2;
        long rowBytes = tensor.bytes().byteSize() / outputs;
        MemorySegment moved = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.bytes().byteSize())]);
        for (int to = 0; to < outputs; to++) {
            int head = to / (2 * half);
            int within = to % (2 * half);
            long from = head * 2L * half + within % 2 * (long) half + within / 2;
            MemorySegment.copy(tensor.bytes(), from * rowBytes, moved, to * rowBytes, rowBytes);
        }
        return new Tensor(tensor.name(), tensor.type(), tensor.rows(), tensor.columns(), moved);
    }
}
