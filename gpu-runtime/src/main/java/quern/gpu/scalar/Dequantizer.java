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
 * by one, nothing fused. Block layouts are ggml's; all numbers are little-endian.
 */
public final class Dequantizer {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Dequantizer() {}

    /** Whether {@link #blocks} reads {@code type}. */
    public static boolean reads(ElementType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> true;
            case Q2_K, Q3_K, IQ4_NL, IQ4_XS -> false;
        };
    }

    /** Row {@code row} of {@code tensor} into {@code out[from..]}. */
    public static void row(Tensor tensor, int row, float[] out, int from) {
        blocks(tensor.type(), bytes(tensor, row), 0, tensor.columns(), out, from);
    }

    /** The stored bytes of one row, copied to the heap. */
    static byte[] bytes(Tensor tensor, int row) {
        MemorySegment segment = tensor.row(row);
        byte[] bytes = new byte[Math.toIntExact(segment.byteSize())];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
        return bytes;
    }

    /**
     * {@code count} elements, a multiple of the type's block, from the blocks that begin at {@code in[at]}.
     *
     * @throws IllegalArgumentException if {@link #reads} does not know the type
     */
    public static void blocks(ElementType type, byte[] in, int at, int count, float[] out, int from) {
        int blocks = count / type.blockElements();
        int size = type.blockBytes();
        int length = type.blockElements();
        for (int b = 0; b < blocks; b++) {
            block(type, in, at + b * size, out, from + b * length);
        }
    }

    private static void block(ElementType type, byte[] in, int at, float[] out, int from) {
        switch (type) {
            case F32 -> out[from] = Float.intBitsToFloat((int) INT.get(in, at));
            case F16 -> out[from] = half(in, at);
            case BF16 -> out[from] = Float.intBitsToFloat((short) SHORT.get(in, at) << 16);
            case Q8_0 -> q8(in, at, out, from);
            case Q4_0 -> q4(half(in, at), -8, 0f, in, at + 2, out, from);
            case Q4_1 -> q4(half(in, at), 0, half(in, at + 2), in, at + 4, out, from);
            case Q5_0 -> q5(half(in, at), -16, 0f, in, at + 2, out, from);
            case Q5_1 -> q5(half(in, at), 0, half(in, at + 2), in, at + 4, out, from);
            case Q4_K -> q4k(in, at, out, from);
            case Q5_K -> q5k(in, at, out, from);
            case Q6_K -> q6k(in, at, out, from);
            case Q2_K, Q3_K, IQ4_NL, IQ4_XS ->
                throw new IllegalArgumentException("element type " + type + " is not supported");
        }
    }

    static float half(byte[] in, int at) {
        return Float.float16ToFloat((short) SHORT.get(in, at));
    }

    private static void q8(byte[] in, int at, float[] out, int from) {
        float scale = half(in, at);
        for (int i = 0; i < 32; i++) {
            out[from + i] = scale * in[at + 2 + i];
        }
    }

    private static void q4(float scale, int offset, float min, byte[] in, int at, float[] out, int from) {
        for (int i = 0; i < 16; i++) {
            out[from + i] = affine(scale, (in[at + i] & 15) + offset, min, offset);
            out[from + 16 + i] = affine(scale, ((in[at + i] & 255) >>> 4) + offset, min, offset);
        }
    }

    private static void q5(float scale, int offset, float min, byte[] in, int at, float[] out, int from) {
        int fifth = (int) INT.get(in, at);
        for (int i = 0; i < 16; i++) {
            int lower = in[at + 4 + i] & 15 | (fifth >>> i & 1) << 4;
            int upper = (in[at + 4 + i] & 255) >>> 4 | (fifth >>> (i + 16) & 1) << 4;
            out[from + i] = affine(scale, lower + offset, min, offset);
            out[from + 16 + i] = affine(scale, upper + offset, min, offset);
        }
    }

    /** Types with an offset have no minimum; adding a zero there would turn -0 into 0. */
    private static float affine(float scale, int value, float min, int offset) {
        return offset != 0 ? scale * value : scale * value + min;
    }

    private static void q4k(byte[] in, int at, float[] out, int from) {
        float d = half(in, at);
        float dMin = half(in, at + 2);
        for (int pair = 0; pair < 4; pair++) {
            float s0 = d * scaleK(in, at + 4, 2 * pair);
            float m0 = dMin * minK(in, at + 4, 2 * pair);
            float s1 = d * scaleK(in, at + 4, 2 * pair + 1);
            float m1 = dMin * minK(in, at + 4, 2 * pair + 1);
            for (int i = 0; i < 32; i++) {
                int q = in[at + 16 + 32 * pair + i] & 255;
                out[from + 64 * pair + i] = s0 * (q & 15) - m0;
                out[from + 64 * pair + 32 + i] = s1 * (q >>> 4) - m1;
            }
        }
    }

    private static void q5k(byte[] in, int at, float[] out, int from) {
        float d = half(in, at);
        float dMin = half(in, at + 2);
        for (int pair = 0; pair < 4; pair++) {
            float s0 = d * scaleK(in, at + 4, 2 * pair);
            float m0 = dMin * minK(in, at + 4, 2 * pair);
            float s1 = d * scaleK(in, at + 4, 2 * pair + 1);
            float m1 = dMin * minK(in, at + 4, 2 * pair + 1);
            for (int i = 0; i < 32; i++) {
                int fifth = in[at + 16 + i] >>> 2 * pair;
                int q = in[at + 48 + 32 * pair + i] & 255;
                out[from + 64 * pair + i] = s0 * (q & 15 | (fifth & 1) << 4) - m0;
                out[from + 64 * pair + 32 + i] = s1 * (q >>> 4 | (fifth & 2) << 3) - m1;
            }
        }
    }

    private static void q6k(byte[] in, int at, float[] out, int from) {
        float d = half(in, at + 208);
        for (int i = 0; i < 256; i++) {
            out[from + i] = d * in[at + 192 + i / 16] * valueQ6K(in, at, i);
        }
    }

    /** Element {@code i} of a Q6_K block, -32..31: four low bits in 128 bytes, two high bits in the next 64. */
    static int valueQ6K(byte[] in, int at, int i) {
        int half = i >>> 7;
        int quarter = i >>> 5 & 3;
        int within = i & 31;
        int low = in[at + 64 * half + 32 * (quarter & 1) + within] >>> 4 * (quarter >>> 1) & 15;
        int high = in[at + 128 + 32 * half + within] >>> 2 * quarter & 3;
        return (low | high << 4) - 32;
    }

    /** The 6-bit scale of sub-block {@code j} of 8: 12 bytes hold 8 scales and 8 minima. */
    static int scaleK(byte[] in, int at, int j) {
        return j < 4 ? in[at + j] & 63 : in[at + j + 4] & 15 | (in[at + j - 4] & 192) >>> 2;
    }

    /** The 6-bit minimum of sub-block {@code j}. */
    static int minK(byte[] in, int at, int j) {
        return j < 4 ? in[at + j + 4] & 63 : (in[at + j + 4] & 255) >>> 4 | (in[at + j] & 192) >>> 2;
    }
}
