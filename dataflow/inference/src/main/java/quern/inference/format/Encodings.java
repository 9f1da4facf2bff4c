package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Other forms of an F32 tensor: half floats, 8-bit blocks, rows in GGUF's order. */
public final class Encodings {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int Q8_LARGEST = 127;

    private Encodings() {}

    /**
     * The tensor in another type, on the heap.
     *
     * @param tensor F32
     * @param type F32, F16 or Q8_0; Q8_0 as ggml makes it: scale = largest magnitude / 127 as a half float, values
     *     rounded to nearest, halves away from zero
     * @throws IllegalArgumentException for other types, or rows that are no multiple of the type's block
     */
    public static Tensor encode(Tensor tensor, ElementType type) {
        if (tensor.type() != ElementType.F32) {
            throw new IllegalArgumentException(tensor.name() + " is " + tensor.type() + ", expected F32");
        }
        if (type == ElementType.F32) {
            return tensor;
        }
        long elements = (long) tensor.rows() * tensor.columns();
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytesOf(elements))]);
        switch (type) {
            case F16 -> {
                for (long i = 0; i < elements; i++) {
                    bytes.set(SHORT, i * Short.BYTES, Float.floatToFloat16(at(tensor, i)));
                }
            }
            case Q8_0 -> {
                for (long block = 0; block < elements / type.blockElements(); block++) {
                    encodeQ8(tensor, block, bytes);
                }
            }
            default -> throw new IllegalArgumentException(
                    tensor.name() + " as " + type + ", supported are F32, F16 and Q8_0");
        }
        return new Tensor(tensor.name(), type, tensor.rows(), tensor.columns(), bytes);
    }

    private static void encodeQ8(Tensor tensor, long block, MemorySegment bytes) {
        int count = ElementType.Q8_0.blockElements();
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(at(tensor, block * count + i)));
        }
        float scale = largest / Q8_LARGEST;
        float inverse = scale == 0 ? 0 : 1 / scale;
        long to = block * ElementType.Q8_0.blockBytes();
        bytes.set(SHORT, to, Float.floatToFloat16(scale));
        for (int i = 0; i < count; i++) {
            float scaled = at(tensor, block * count + i) * inverse;
            int rounded = (int) Math.copySign(Math.floor(Math.abs(scaled) + 0.5), scaled);
            bytes.set(ValueLayout.JAVA_BYTE, to + Short.BYTES + i, (byte) rounded);
        }
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

    private static float at(Tensor tensor, long index) {
        return tensor.bytes().get(FLOAT, index * Float.BYTES);
    }
}
