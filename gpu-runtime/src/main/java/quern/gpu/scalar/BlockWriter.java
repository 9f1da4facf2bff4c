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

    /** 64 codes' low four bits in 32 bytes: the first 32 low, the others high. */
    private static void pairedNibbles(int[] codes, byte[] out, int at) {
        for (int i = 0; i < 128; i++) {
            int k = i / 32 * 64 + i % 32;
            out[at + i] = (byte) (codes[k] & 15 | (codes[k + 32] & 15) << 4);
        }
    }

    /** Two bits of each of 256 codes in 64 bytes: per half, four quarters of 32 side by side. */
    private static void twoBits(int[] codes, int shift, byte[] out, int at) {
        for (int i = 0; i < 64; i++) {
            int k = i / 32 * 128 + i % 32;
            int bits = 0;
            for (int quarter = 0; quarter < 4; quarter++) {
                bits |= (codes[k + 32 * quarter] >>> shift & 3) << 2 * quarter;
            }
            out[at + i] = (byte) bits;
        }
    }

    /** One bit of each of 256 codes in 32 bytes. */
    private static void oneBit(int[] codes, int shift, byte[] out, int at) {
        for (int i = 0; i < 32; i++) {
            int bits = 0;
            for (int eighth = 0; eighth < 8; eighth++) {
                bits |= (codes[i + 32 * eighth] >>> shift & 1) << eighth;
            }
            out[at + i] = (byte) bits;
        }
    }

    static void q2k(SuperBlocks block, byte[] out, int at) {
        for (int j = 0; j < 16; j++) {
            out[at + j] = (byte) (block.factors[j] | block.minFactors[j] << 4);
        }
        twoBits(block.codes, 0, out, at + 16);
        half(block.scale, out, at + 80);
        half(block.min, out, at + 82);
    }

    static void q3k(SuperBlocks block, byte[] out, int at) {
        oneBit(block.codes, 2, out, at);
        twoBits(block.codes, 0, out, at + 32);
        for (int j = 0; j < 12; j++) {
            out[at + 96 + j] = 0;
        }
        for (int j = 0; j < 16; j++) {
            int factor = block.factors[j] + 32;
            out[at + 96 + j % 8] |= (byte) ((factor & 15) << 4 * (j / 8));
            out[at + 104 + j % 4] |= (byte) (factor >>> 4 << 2 * (j / 4));
        }
        half(block.scale, out, at + 108);
    }

    static void q4k(SuperBlocks block, byte[] out, int at) {
        sixBitScales(block, out, at);
        pairedNibbles(block.codes, out, at + 16);
    }

    static void q5k(SuperBlocks block, byte[] out, int at) {
        sixBitScales(block, out, at);
        oneBit(block.codes, 4, out, at + 16);
        pairedNibbles(block.codes, out, at + 48);
    }

    private static void sixBitScales(SuperBlocks block, byte[] out, int at) {
        half(block.scale, out, at);
        half(block.min, out, at + 2);
        for (int j = 0; j < 4; j++) {
            int factor = block.factors[j + 4];
            int min = block.minFactors[j + 4];
            out[at + 4 + j] = (byte) (block.factors[j] | factor >>> 4 << 6);
            out[at + 8 + j] = (byte) (block.minFactors[j] | min >>> 4 << 6);
            out[at + 12 + j] = (byte) (factor & 15 | (min & 15) << 4);
        }
    }

    static void q6k(SuperBlocks block, byte[] out, int at) {
        for (int i = 0; i < 128; i++) {
            int k = i / 64 * 128 + i % 64;
            out[at + i] = (byte) (block.codes[k] & 15 | (block.codes[k + 64] & 15) << 4);
        }
        twoBits(block.codes, 4, out, at + 128);
        for (int j = 0; j < 16; j++) {
            out[at + 192 + j] = (byte) block.factors[j];
        }
        half(block.scale, out, at + 208);
    }

    static void iq4xs(SuperBlocks block, byte[] out, int at) {
        half(block.scale, out, at);
        int high = 0;
        for (int j = 0; j < 8; j += 2) {
            int even = block.factors[j] + 32;
            int odd = block.factors[j + 1] + 32;
            out[at + 4 + j / 2] = (byte) (even & 15 | (odd & 15) << 4);
            high |= even >>> 4 << 2 * j | odd >>> 4 << 2 * j + 2;
        }
        SHORT.set(out, at + 2, (short) high);
        for (int j = 0; j < 8; j++) {
            nibbles(block.codes, 32 * j, out, at + 8 + 16 * j);
        }
    }
}
