package quern.gpu.scalar;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import quern.gpu.tensor.ElementType;

/**
 * Stored blocks of one quantised type taken apart into whole numbers and scales: with {@code u = scaleElements()},
 * element k is {@code (scales[k/u] * factors[k/16]) * codes[k] - mins[k/u] * minFactors[k/16]}, each product rounded to
 * a float. Every quantised type is of this form; the knowledge of ggml's bit layouts is here and nowhere else. Made
 * once and loaded often; one thread at a time.
 */
public final class StoredRow {

    /** Elements that share one factor. */
    public static final int RUN = 16;

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** What the codes 0..15 of IQ4_NL and IQ4_XS stand for: denser where normally distributed weights are. */
    private static final byte[] CODEBOOK = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private final ElementType type;
    private final byte[] codes;
    private final float[] scales;
    private final float[] mins;
    private final byte[] factors;
    private final byte[] minFactors;

    /**
     * @param columns elements, whole blocks of {@code type}
     * @throws IllegalArgumentException if the type is a plain float
     */
    public StoredRow(ElementType type, int columns) {
        type.bytesOf(columns);
        if (type.isFloat()) {
            throw new IllegalArgumentException(type + " is not quantised");
        }
        this.type = type;
        this.codes = new byte[columns];
        this.scales = new float[columns / type.blockElements()];
        this.mins = new float[scales.length];
        this.factors = new byte[columns / RUN];
        this.minFactors = new byte[columns / RUN];
        Arrays.fill(factors, (byte) 1);
        Arrays.fill(minFactors, (byte) 1);
    }

    /** Whether elements of {@code type} have something subtracted. */
    public static boolean hasMins(ElementType type) {
        return switch (type) {
            case Q4_1, Q5_1, Q2_K, Q4_K, Q5_K -> true;
            default -> false;
        };
    }

    /** Elements whose products with whole numbers are summed apart: those that share a factor, or a block of 32. */
    public static int runElements(ElementType type) {
        return switch (type) {
            case Q2_K, Q3_K, Q6_K -> RUN;
            default -> 2 * RUN;
        };
    }

    /**
     * What products take off each code before they multiply, to add it for all of a run at once: 8 where codes are
     * 0..15, so that the sum of a run fits 16 bits.
     */
    public static int centre(ElementType type) {
        return switch (type) {
            case Q4_1, Q4_K -> 8;
            default -> 0;
        };
    }

    /** The 16 values of the codebook types, ascending. */
    public static byte[] codebook() {
        return CODEBOOK.clone();
    }

    /** The place in the codebook, 0..15, of a value that is in it. */
    public static int codebookIndex(byte value) {
        return Arrays.binarySearch(CODEBOOK, value);
    }

    /** Elements that share one scale and one minimum: 32 or 256. */
    public int scaleElements() {
        return type.blockElements();
    }

    /** Whole numbers, one per element. */
    public byte[] codes() {
        return codes;
    }

    /** One per {@link #scaleElements()}. */
    public float[] scales() {
        return scales;
    }

    /** One per {@link #scaleElements()}; zero for types without minima. */
    public float[] mins() {
        return mins;
    }

    /** One per {@link #RUN}; 1 for types whose blocks are 32 long. */
    public byte[] factors() {
        return factors;
    }

    /** One per {@link #RUN}. */
    public byte[] minFactors() {
        return minFactors;
    }

    /** Takes apart the blocks that begin at {@code in[at]}. */
    public void load(byte[] in, int at) {
        for (int n = 0; n < scales.length; n++) {
            int from = at + n * type.blockBytes();
            int k = n * type.blockElements();
            switch (type) {
                case Q8_0 -> {
                    scales[n] = half(in, from);
                    System.arraycopy(in, from + 2, codes, k, 32);
                }
                case Q4_0 -> {
                    scales[n] = half(in, from);
                    nibbles(in, from + 2, k, -8);
                }
                case Q4_1 -> {
                    scales[n] = half(in, from);
                    mins[n] = -half(in, from + 2);
                    nibbles(in, from + 4, k, 0);
                }
                case Q5_0 -> {
                    scales[n] = half(in, from);
                    fiveBits(in, from + 2, k, -16);
                }
                case Q5_1 -> {
                    scales[n] = half(in, from);
                    mins[n] = -half(in, from + 2);
                    fiveBits(in, from + 4, k, 0);
                }
                case IQ4_NL -> {
                    scales[n] = half(in, from);
                    nibbles(in, from + 2, k, 0);
                    lookUp(k, 32);
                }
                default -> loadSuperBlock(in, from, n, k);
            }
        }
    }

    private void loadSuperBlock(byte[] in, int at, int n, int k) {
        switch (type) {
            case Q2_K -> q2k(in, at, n, k);
            case Q3_K -> q3k(in, at, n, k);
            case Q4_K -> {
                sixBitScales(in, at, n);
                for (int pair = 0; pair < 4; pair++) {
                    pairedNibbles(in, at + 16 + 32 * pair, k + 64 * pair);
                }
            }
            case Q5_K -> {
                sixBitScales(in, at, n);
                for (int pair = 0; pair < 4; pair++) {
                    pairedNibbles(in, at + 48 + 32 * pair, k + 64 * pair);
                }
                for (int i = 0; i < 256; i++) {
                    codes[k + i] |= (byte) ((in[at + 16 + i % 32] >>> i / 32 & 1) << 4);
                }
            }
            case Q6_K -> q6k(in, at, n, k);
            default -> iq4xs(in, at, n, k);
        }
    }

    static float half(byte[] in, int at) {
        return Float.float16ToFloat((short) SHORT.get(in, at));
    }

    private void nibbles(byte[] in, int at, int k, int offset) {
        for (int i = 0; i < 16; i++) {
            codes[k + i] = (byte) ((in[at + i] & 15) + offset);
            codes[k + 16 + i] = (byte) (((in[at + i] & 255) >>> 4) + offset);
        }
    }

    private void fiveBits(byte[] in, int at, int k, int offset) {
        int fifth = (int) INT.get(in, at);
        nibbles(in, at + 4, k, offset);
        for (int i = 0; i < 32; i++) {
            codes[k + i] += (byte) ((fifth >>> i & 1) << 4);
        }
    }

    /** 64 codes in 32 bytes: the first 32 low, the others high. */
    private void pairedNibbles(byte[] in, int at, int k) {
        for (int i = 0; i < 32; i++) {
            codes[k + i] = (byte) (in[at + i] & 15);
            codes[k + 32 + i] = (byte) ((in[at + i] & 255) >>> 4);
        }
    }

    private void lookUp(int k, int count) {
        for (int i = k; i < k + count; i++) {
            codes[i] = CODEBOOK[codes[i]];
        }
    }

    /** Element {@code i} of 256 in 64 bytes: per half, four quarters of 32 side by side. */
    private static int twoBits(byte[] in, int at, int i) {
        return in[at + 32 * (i >>> 7) + (i & 31)] >>> 2 * (i >>> 5 & 3) & 3;
    }

    private void q2k(byte[] in, int at, int n, int k) {
        scales[n] = half(in, at + 80);
        mins[n] = half(in, at + 82);
        for (int j = 0; j < 16; j++) {
            factors[16 * n + j] = (byte) (in[at + j] & 15);
            minFactors[16 * n + j] = (byte) ((in[at + j] & 255) >>> 4);
        }
        for (int i = 0; i < 256; i++) {
            codes[k + i] = (byte) twoBits(in, at + 16, i);
        }
    }

    private void q3k(byte[] in, int at, int n, int k) {
        scales[n] = half(in, at + 108);
        for (int j = 0; j < 16; j++) {
            int low = in[at + 96 + j % 8] >>> 4 * (j / 8) & 15;
            int high = in[at + 104 + j % 4] >>> 2 * (j / 4) & 3;
            factors[16 * n + j] = (byte) ((low | high << 4) - 32);
        }
        for (int i = 0; i < 256; i++) {
            int third = in[at + (i & 31)] >>> (i >>> 5) & 1;
            codes[k + i] = (byte) (twoBits(in, at + 32, i) + 4 * third - 4);
        }
    }

    /** Q4_K and Q5_K: 12 bytes hold 8 scales and 8 minima of 6 bits. */
    private void sixBitScales(byte[] in, int at, int n) {
        scales[n] = half(in, at);
        mins[n] = half(in, at + 2);
        int from = at + 4;
        for (int j = 0; j < 8; j++) {
            int scale = j < 4 ? in[from + j] & 63 : in[from + j + 4] & 15 | (in[from + j - 4] & 192) >>> 2;
            int min = j < 4 ? in[from + j + 4] & 63 : (in[from + j + 4] & 255) >>> 4 | (in[from + j] & 192) >>> 2;
            factors[16 * n + 2 * j] = (byte) scale;
            factors[16 * n + 2 * j + 1] = (byte) scale;
            minFactors[16 * n + 2 * j] = (byte) min;
            minFactors[16 * n + 2 * j + 1] = (byte) min;
        }
    }

    /** Four low bits in 128 bytes, two high bits in the next 64, 16 scales, the super-block's scale. */
    private void q6k(byte[] in, int at, int n, int k) {
        scales[n] = half(in, at + 208);
        System.arraycopy(in, at + 192, factors, 16 * n, 16);
        for (int i = 0; i < 256; i++) {
            int low = in[at + 64 * (i >>> 7) + (i & 63)] >>> 4 * (i >>> 6 & 1) & 15;
            codes[k + i] = (byte) ((low | twoBits(in, at + 128, i) << 4) - 32);
        }
    }

    private void iq4xs(byte[] in, int at, int n, int k) {
        scales[n] = half(in, at);
        int high = (short) SHORT.get(in, at + 2);
        for (int j = 0; j < 8; j++) {
            int low = in[at + 4 + j / 2] >>> 4 * (j % 2) & 15;
            byte factor = (byte) ((low | (high >>> 2 * j & 3) << 4) - 32);
            factors[16 * n + 2 * j] = factor;
            factors[16 * n + 2 * j + 1] = factor;
            nibbles(in, at + 8 + 16 * j, k + 32 * j, 0);
        }
        lookUp(k, 256);
    }

    /** All elements as floats into {@code out[from..]}. */
    public void floats(float[] out, int from) {
        boolean hasMins = hasMins(type);
        for (int run = 0; run < factors.length; run++) {
            float scale = scales[run * RUN / scaleElements()] * factors[run];
            float min = hasMins ? mins[run * RUN / scaleElements()] * minFactors[run] : 0f;
            for (int k = run * RUN; k < (run + 1) * RUN; k++) {
                out[from + k] = scale * codes[k] - min;
            }
        }
    }
}
