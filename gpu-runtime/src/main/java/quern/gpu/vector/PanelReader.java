package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.StoredRow;

/** A few k of a panel taken apart, k-major, into scratch that stays in the first cache level. */
final class PanelReader {

    private static final int ROWS = PanelLayout.ROWS;
    private static final int BLOCK = 32;
    private static final int FLOATS_PER_READ = 64;
    /* As wide as the tiles in use, since vectors of one width alone are compiled best: see WideJoin. */
    private static final VectorSpecies<Float> F =
            WideTiles.fit() ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
    private static final VectorSpecies<Short> S =
            WideTiles.fit() ? ShortVector.SPECIES_512 : ShortVector.SPECIES_256;
    private static final VectorSpecies<Integer> I = WideTiles.fit() ? IntVector.SPECIES_512 : IntVector.SPECIES_256;
    private static final VectorSpecies<Byte> FLOAT_BYTES =
            WideTiles.fit() ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final VectorSpecies<Byte> SHORT_BYTES =
            WideTiles.fit() ? ByteVector.SPECIES_256 : ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> BRAIN =
            WideTiles.fit() ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
    private static final int LANES = F.length();
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    private static final byte[] CODEBOOK = StoredRow.codebook();

    private PanelReader() {}

    /** One block of form NIBBLES as shorts, each nibble less 8, 32 x 32, interleaved as stored. */
    static void shorts(PanelMatrix m, int panel, int block, short[] out, int to) {
        long at = m.layout().codesAt(panel, BLOCK * block);
        int upper = to + BLOCK / 2 * ROWS;
        for (int i = 0; i < BLOCK / 2 * ROWS; i += S.length()) {
            ShortVector packed = shorts(m.memory(), at + i);
            packed.and((short) 15).sub((short) 8).intoArray(out, to + i);
            packed.lanewise(VectorOperators.ASHR, 4).intoArray(out, upper + i);
        }
    }

    private static ShortVector shorts(MemorySegment codes, long at) {
        return (ShortVector) ByteVector.fromMemorySegment(SHORT_BYTES, codes, at, ORDER)
                .convertShape(VectorOperators.B2S, S, 0);
    }

    /** The codes of one block times their factors, 32 x 32: whole numbers. */
    static void integers(PanelMatrix m, int panel, int block, float[] factors, float[] out, int to) {
        codes(m, panel, block, out, to);
        if (m.layout().factorsPerBlock() == 0) {
            return;
        }
        factors(m, m.layout().factorsAt(), panel, block, block + 1, factors);
        for (int half = 0; half < 2; half++) {
            for (int row = 0; row < ROWS; row += LANES) {
                FloatVector factor = FloatVector.fromArray(F, factors, half * ROWS + row);
                int at = to + half * BLOCK / 2 * ROWS + row;
                for (int end = at + BLOCK / 2 * ROWS; at < end; at += ROWS) {
                    FloatVector.fromArray(F, out, at).mul(factor).intoArray(out, at);
                }
            }
        }
    }

    /**
     * Factors of blocks [from, to) as floats, [block][half][row]: 1 where none are stored, twice the same where there
     * is one for both halves.
     *
     * @param section where factors, or those of the minima, begin
     */
    static void factors(PanelMatrix m, long section, int panel, int from, int to, float[] out) {
        int perBlock = m.layout().factorsPerBlock();
        if (perBlock == 0) {
            Arrays.fill(out, 0, (to - from) * 2 * ROWS, 1f);
            return;
        }
        long at = section + m.layout().factorOffset(panel, from);
        for (int half = 0; half < 2 * (to - from); half++) {
            long stored = at + (perBlock == 2 ? half : half / 2) * ROWS;
            for (int row = 0; row < ROWS; row += LANES) {
                floats(m.memory(), stored + row).intoArray(out, half * ROWS + row);
            }
        }
    }

    /** Scales of blocks [from, to), [block][row]. */
    static void scales(PanelMatrix m, int panel, int from, int to, float[] out) {
        long at = m.layout().scalesAt() + m.layout().scaleOffset(panel, from);
        int step = m.layout().scaleStepBytes();
        for (int block = 0; block < to - from; block++) {
            for (int row = 0; row < ROWS; row += LANES) {
                FloatVector.fromMemorySegment(F, m.memory(), at + (long) block * step + Float.BYTES * row, ORDER)
                        .intoArray(out, block * ROWS + row);
            }
        }
    }

    private static void codes(PanelMatrix m, int panel, int block, float[] out, int to) {
        long at = m.layout().codesAt(panel, BLOCK * block);
        switch (m.layout().form()) {
            case BYTES -> bytes(m.memory(), at, out, to);
            case NIBBLES -> nibbles(m.memory(), at, -m.layout().zero(), out, to);
            case INDICES -> indices(m.memory(), at, out, to);
            case FLOATS, HALVES, BRAIN_HALVES ->
                throw new IllegalArgumentException(m.type() + " has no integer product");
        }
    }

    private static void bytes(MemorySegment codes, long from, float[] out, int to) {
        for (int i = 0; i < BLOCK * ROWS; i += LANES) {
            floats(codes, from + i).intoArray(out, to + i);
        }
    }

    /** Bytes as floats. */
    private static FloatVector floats(MemorySegment codes, long at) {
        return (FloatVector) ByteVector.fromMemorySegment(FLOAT_BYTES, codes, at, ORDER)
                .convertShape(VectorOperators.B2F, F, 0);
    }

    private static void nibbles(MemorySegment codes, long from, int offset, float[] out, int to) {
        for (int j = 0; j < BLOCK / 2; j++) {
            int lower = to + ROWS * j;
            int upper = lower + BLOCK / 2 * ROWS;
            for (int i = 0; i < ROWS; i += S.length()) {
                ShortVector packed = shorts(codes, from + ROWS * j + i);
                ShortVector low = packed.and((short) 15);
                ShortVector high = packed.lanewise(VectorOperators.ASHR, 4);
                even(low).add(offset).intoArray(out, lower + i / 2);
                odd(low).add(offset).intoArray(out, lower + i / 2 + 16);
                even(high).add(offset + 8).intoArray(out, upper + i / 2);
                odd(high).add(offset + 8).intoArray(out, upper + i / 2 + 16);
            }
        }
    }

    private static FloatVector even(ShortVector pairs) {
        return (FloatVector) pairs.reinterpretAsInts().lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
    }

    private static FloatVector odd(ShortVector pairs) {
        return (FloatVector) pairs.reinterpretAsInts().lanewise(VectorOperators.ASHR, 16)
                .convert(VectorOperators.I2F, 0);
    }

    /** The codebook stands in the lanes of a vector, each index chooses one. */
    private static void indices(MemorySegment codes, long from, float[] out, int to) {
        ByteVector codebook = ByteVector.fromArray(ByteVector.SPECIES_128, CODEBOOK, 0);
        byte[] values = new byte[2 * ROWS];
        for (int j = 0; j < BLOCK / 2; j++) {
            for (int i = 0; i < ROWS; i += 16) {
                ByteVector packed =
                        ByteVector.fromMemorySegment(ByteVector.SPECIES_128, codes, from + ROWS * j + i, ORDER);
                packed.and((byte) 15).selectFrom(codebook).intoArray(values, i);
                packed.lanewise(VectorOperators.LSHR, 4).and((byte) 15).selectFrom(codebook)
                        .intoArray(values, ROWS + i);
            }
            for (int i = 0; i < ROWS; i++) {
                out[to + ROWS * j + i] = values[i];
                out[to + ROWS * (j + BLOCK / 2) + i] = values[ROWS + i];
            }
        }
    }

    /**
     * The weights of {@code k} in [kFrom, kFrom + kCount); for quantised types exactly one block.
     *
     * @param halves scratch for as many
     */
    static void floats(PanelMatrix m, int panel, int kFrom, int kCount, short[] halves, float[] out) {
        long at = m.layout().codesAt(panel, kFrom);
        int elements = kCount * ROWS;
        switch (m.layout().form()) {
            case HALVES -> {
                MemorySegment.copy(m.memory(), SHORT, at, halves, 0, elements);
                halves(halves, 0, elements, out);
            }
            case BRAIN_HALVES -> brainHalves(m.memory(), at, elements, out);
            case FLOATS -> MemorySegment.copy(m.memory(), FLOAT, at, out, 0, elements);
            case BYTES, NIBBLES, INDICES -> {
                codes(m, panel, kFrom / BLOCK, out, 0);
                scale(m, panel, kFrom / BLOCK, out);
            }
        }
    }

    /** Products and difference each rounded, as the stored types are defined. */
    private static void scale(PanelMatrix m, int panel, int block, float[] out) {
        PanelLayout layout = m.layout();
        long at = layout.scaleOffset(panel, block);
        float[] scales = new float[2 * ROWS];
        float[] mins = new float[2 * ROWS];
        factors(m, layout.factorsAt(), panel, block, block + 1, scales);
        times(m.memory(), layout.scalesAt() + at, scales);
        if (layout.hasMins()) {
            factors(m, layout.minFactorsAt(), panel, block, block + 1, mins);
            times(m.memory(), layout.minsAt() + at, mins);
        }
        for (int i = 0; i < 2 * ROWS; i += LANES) {
            FloatVector scale = FloatVector.fromArray(F, scales, i);
            FloatVector min = FloatVector.fromArray(F, mins, i);
            int from = i / ROWS * (BLOCK / 2 * ROWS) + i % ROWS;
            for (int end = from + BLOCK / 2 * ROWS; from < end; from += ROWS) {
                scale.mul(FloatVector.fromArray(F, out, from)).sub(min).intoArray(out, from);
            }
        }
    }

    /** Both halves' factors, in place, times the 32 floats stored at {@code at}. */
    private static void times(MemorySegment memory, long at, float[] factors) {
        for (int i = 0; i < 2 * ROWS; i += LANES) {
            FloatVector.fromMemorySegment(F, memory, at + 4L * (i % ROWS), ORDER)
                    .mul(FloatVector.fromArray(F, factors, i)).intoArray(factors, i);
        }
    }

    /** A plain loop: C2 turns it into the processor's own conversion, which the Vector API does not offer. */
    static void halves(short[] in, int from, int count, float[] out) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.float16ToFloat(in[from + i]);
        }
    }

    private static void brainHalves(MemorySegment in, long from, int count, float[] out) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(BRAIN, in, from + 2L * i, ORDER)
                    .convertShape(VectorOperators.S2I, I, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, i);
        }
    }

    /** Rows {@code row} to {@code row + count - 1} as floats, row-major. */
    static void unpack(PanelMatrix w, int row, int count, float[] out) {
        int columns = w.columns();
        int step = w.layout().hasIntegerProduct() ? BLOCK : FLOATS_PER_READ;
        short[] halves = new short[step * ROWS];
        float[] weights = new float[step * ROWS];
        for (int first = row / ROWS * ROWS; first < row + count; first += ROWS) {
            for (int k = 0; k < columns; k += step) {
                int used = Math.min(step, columns - k);
                floats(w, first / ROWS, k, used, halves, weights);
                for (int r = Math.max(first, row); r < Math.min(first + ROWS, row + count); r++) {
                    int at = (r - row) * columns + k;
                    for (int i = 0; i < used; i++) {
                        out[at + i] = weights[i * ROWS + r - first];
                    }
                }
            }
        }
    }
}
