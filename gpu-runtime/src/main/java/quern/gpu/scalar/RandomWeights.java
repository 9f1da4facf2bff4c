package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Weights to compare kernels with: every bit pattern of the integers, scales of a size that occurs. */
public final class RandomWeights {

    private RandomWeights() {}

    public static Tensor of(ElementType type, int rows, int columns, Random random) {
        byte[] bytes = new byte[Math.toIntExact(type.bytesOf((long) rows * columns))];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += type.blockBytes()) {
            switch (type) {
                case F32 -> buffer.putFloat(at, (float) random.nextGaussian());
                case F16 -> buffer.putShort(at, half(random));
                case BF16 -> buffer.putShort(
                        at, (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16));
                case Q4_1, Q5_1, Q4_K, Q5_K -> buffer.putShort(at, half(random)).putShort(at + 2, half(random));
                case Q2_K -> buffer.putShort(at + 80, half(random)).putShort(at + 82, half(random));
                case Q3_K -> buffer.putShort(at + 108, half(random));
                case Q6_K -> buffer.putShort(at + 208, half(random));
                default -> buffer.putShort(at, half(random));
            }
        }
        return new Tensor(type + " weights", type, rows, columns, MemorySegment.ofArray(bytes));
    }

    private static short half(Random random) {
        return Float.floatToFloat16((float) random.nextGaussian());
    }
}
