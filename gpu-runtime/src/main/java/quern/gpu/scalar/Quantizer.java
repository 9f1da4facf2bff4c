package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Floats as stored elements, with ggml's reference rounding: F32, F16, BF16, Q8_0 and Q4_0. */
public final class Quantizer {

    private Quantizer() {}

    /** A tensor of {@code type} on the heap from row-major {@code values}. */
    public static Tensor tensor(String name, ElementType type, int rows, int columns, float[] values) {
        long bytes = type.bytesOf(Math.multiplyExact((long) rows, (long) columns));
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        write(type, values, out);
        return new Tensor(name, type, rows, columns, MemorySegment.ofArray(out.array()));
    }

    /**
     * Appends {@code values}, whole blocks of {@code type}, to a little-endian buffer.
     *
     * @throws IllegalArgumentException if this type is not written, or the count is no multiple of its block
     */
    public static void write(ElementType type, float[] values, ByteBuffer out) {
        type.bytesOf(values.length);
        int length = type.blockElements();
        for (int from = 0; from < values.length; from += length) {
            switch (type) {
                case F32 -> out.putFloat(values[from]);
                case F16 -> out.putShort(Float.floatToFloat16(values[from]));
                case BF16 -> out.putShort(bfloat(values[from]));
                case Q8_0 -> q8(values, from, out);
                case Q4_0 -> q4(values, from, out);
                default -> throw new IllegalArgumentException("element type " + type + " is not written");
            }
        }
    }

    /** Round to nearest even; NaN stays NaN. */
    private static short bfloat(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private static void q8(float[] x, int from, ByteBuffer out) {
        float max = 0;
        for (int i = 0; i < 32; i++) {
            max = Math.max(max, Math.abs(x[from + i]));
        }
        float scale = max / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        out.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < 32; i++) {
            float v = x[from + i] * inverse;
            out.put((byte) (v + Math.copySign(0.5f, v)));
        }
    }

    private static void q4(float[] x, int from, ByteBuffer out) {
        float extreme = 0;
        for (int i = 0; i < 32; i++) {
            if (Math.abs(x[from + i]) > Math.abs(extreme)) {
                extreme = x[from + i];
            }
        }
        float scale = extreme / -8;
        float inverse = scale == 0 ? 0 : 1 / scale;
        out.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < 16; i++) {
            out.put((byte) (nibble(x[from + i] * inverse) | nibble(x[from + 16 + i] * inverse) << 4));
        }
    }

    private static int nibble(float x) {
        return Math.clamp((int) (x + 8.5f), 0, 15);
    }
}
