package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * Stored elements as floats, bit for bit as ggml's reference code computes them: products and differences rounded one
 * by one, nothing fused. Block layouts are ggml's ({@link StoredRow}); all numbers are little-endian.
 */
public final class Dequantizer {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Dequantizer() {}

    /** Row {@code row} of {@code tensor} into {@code out[from..]}. */
    public static void row(Tensor tensor, int row, float[] out, int from) {
        blocks(tensor.type(), bytes(tensor, row), 0, tensor.columns(), out, from);
    }

    /** The stored bytes of one row, copied to the heap. */
    public static byte[] bytes(Tensor tensor, int row) {
        MemorySegment segment = tensor.row(row);
        byte[] bytes = new byte[Math.toIntExact(segment.byteSize())];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
        return bytes;
    }

    /** {@code count} elements, a multiple of the type's block, from the blocks that begin at {@code in[at]}. */
    public static void blocks(ElementType type, byte[] in, int at, int count, float[] out, int from) {
        switch (type) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    out[from + i] = Float.intBitsToFloat((int) INT.get(in, at + 4 * i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[from + i] = Float.float16ToFloat((short) SHORT.get(in, at + 2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[from + i] = Float.intBitsToFloat((short) SHORT.get(in, at + 2 * i) << 16);
                }
            }
            default -> {
                StoredRow block = new StoredRow(type, type.blockElements());
                for (int k = 0; k < count; k += type.blockElements()) {
                    block.load(in, at + k / type.blockElements() * type.blockBytes());
                    block.floats(out, from + k);
                }
            }
        }
    }
}
