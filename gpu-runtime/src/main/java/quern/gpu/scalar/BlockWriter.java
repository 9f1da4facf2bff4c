package quern.gpu.scalar;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Codes and scales as the bytes of one block, ggml's layouts; codes are unsigned but for Q8_0. */
final class BlockWriter {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private BlockWriter() {}

    static void half(float x, byte[] out, int at) {
        SHORT.set(out, at, Float.floatToFloat16(x));
    }

    static void q8(float scale, int[] codes, byte[] out, int at) {
        half(scale, out, at);
        for (int i = 0; i < 32; i++) {
            out[at + 2 + i] = (byte) codes[i];
        }
    }

    /** Q4_0 and IQ4_NL. */
    static void q4(float scale, int[] codes, byte[] out, int at) {
        half(scale, out, at);
        nibbles(codes, 0, out, at + 2);
    }

    static void q4(float scale, float min, int[] codes, byte[] out, int at) {
        half(scale, out, at);
        half(min, out, at + 2);
        nibbles(codes, 0, out, at + 4);
    }

    static void q5(float scale, int[] codes, byte[] out, int at) {
        half(scale, out, at);
        fifthBits(codes, out, at + 2);
    }

    static void q5(float scale, float min, int[] codes, byte[] out, int at) {
        half(scale, out, at);
        half(min, out, at + 2);
        fifthBits(codes, out, at + 4);
    }

    private static void fifthBits(int[] codes, byte[] out, int at) {
        int fifth = 0;
        for (int i = 0; i < 32; i++) {
            fifth |= (codes[i] >>> 4) << i;
        }
        INT.set(out, at, fifth);
        nibbles(codes, 0, out, at + 4);
    }

    /** The low four bits of 32 codes: the first 16 low, the others high. */
    static void nibbles(int[] codes, int from, byte[] out, int at) {
        for (int i = 0; i < 16; i++) {
            out[at + i] = (byte) (codes[from + i] & 15 | (codes[from + 16 + i] & 15) << 4);
        }
    }
}
