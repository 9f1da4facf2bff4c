package quern.gpu.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/**
 * Floats as stored elements of every type. Without importance the simple types (F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0,
 * Q5_1) have ggml's reference rounding bit for bit; all others, and all quantised types with importance, get scales
 * that are searched for ({@link ScaleSearch}).
 */
public final class Quantizer {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Quantizer() {}

    /** Whether {@link #row} writes {@code type}: all of today's. */
    public static boolean writes(ElementType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS -> true;
        };
    }

    /**
     * One row: {@code x[from .. from + columns)} as blocks of {@code type} into {@code out[at..]}, each block by
     * itself. Any number of threads may call it.
     *
     * @param columns a multiple of the type's block
     * @param importance one weight, not negative, per column: the sum over the row's columns k of
     *     {@code importance[k] * (x[k] - stored[k])^2} is made small; null where all count alike
     * @throws IllegalArgumentException if the sizes do not fit, a weight is negative or not finite, or an element of a
     *     quantised row is not finite
     */
    public static void row(
            ElementType type, float[] x, int from, int columns, float[] importance, byte[] out, int at) {
        type.bytesOf(columns);
        if (importance != null && importance.length != columns) {
            throw new IllegalArgumentException(
                    importance.length + " weights of importance, expected " + columns);
        }
        int length = type.blockElements();
        if (!type.isFloat()) {
            check(x, from, columns, importance);
        }
        boolean plain = importance == null && length == 32 && type != ElementType.IQ4_NL;
        SearchedRounding searched = type.isFloat() || plain ? null : new SearchedRounding(type);
        for (int k = 0; k < columns; k += length) {
            int blockAt = at + k / length * type.blockBytes();
            switch (type) {
                case F32 -> INT.set(out, blockAt, Float.floatToRawIntBits(x[from + k]));
                case F16 -> SHORT.set(out, blockAt, Float.floatToFloat16(x[from + k]));
                case BF16 -> SHORT.set(out, blockAt, bfloat(x[from + k]));
                default -> {
                    if (plain) {
                        PlainRounding.block(type, x, from + k, out, blockAt);
                    } else {
                        searched.block(x, from + k, importance, k, out, blockAt);
                    }
                }
            }
        }
    }

    private static void check(float[] x, int from, int columns, float[] importance) {
        for (int k = 0; k < columns; k++) {
            if (!Float.isFinite(x[from + k])) {
                throw new IllegalArgumentException("column " + k + ": " + x[from + k] + ", expected a finite number");
            }
            if (importance != null && !(importance[k] >= 0 && importance[k] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "importance of column " + k + ": " + importance[k] + ", expected 0 or more");
            }
        }
    }

    /** A tensor of {@code type} on the heap from row-major {@code values}. */
    public static Tensor tensor(String name, ElementType type, int rows, int columns, float[] values) {
        byte[] out = new byte[Math.toIntExact(type.bytesOf(Math.multiplyExact((long) rows, (long) columns)))];
        row(type, values, 0, values.length, null, out, 0);
        return new Tensor(name, type, rows, columns, MemorySegment.ofArray(out));
    }

    /**
     * Appends {@code values}, whole blocks of {@code type}, to a buffer.
     *
     * @throws IllegalArgumentException if the count is no multiple of its block
     */
    public static void write(ElementType type, float[] values, ByteBuffer out) {
        byte[] bytes = new byte[Math.toIntExact(type.bytesOf(values.length))];
        row(type, values, 0, values.length, null, bytes, 0);
        out.put(bytes);
    }

    /** Round to nearest even; NaN stays NaN. */
    private static short bfloat(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
