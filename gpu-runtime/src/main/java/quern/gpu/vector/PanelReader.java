package quern.gpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
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
    private static final VectorSpecies<Short> HALF =
            WideTiles.fit() ? ShortVector.SPECIES_256 : ShortVector.SPECIES_128;
    /** Sign, exponent and fraction of a half where a float has them. */
    static final int HALF_BITS = 0x8fffe000;
    /** By what a float must be multiplied whose exponent is a half's. */
    static final float HALF_BIAS = 0x1p112f;
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

    /** Scales of the runs of blocks [from, to), times their factors: [run][row]. */
    static void scales(PanelMatrix m, int panel, int from, int to, float[] out) {
        PanelLayout layout = m.layout();
        boolean hasFactors = layout.factorsPerBlock() > 0;
        int at = 0;
        for (int block = from; block < to; block++) {
            long scale = layout.scalesAt(panel, block);
            long factor = layout.factorsAt(panel, block);
            for (int end = at + layout.runsPerBlock() * ROWS; at < end; at += ROWS, factor += ROWS) {
                for (int row = 0; row < ROWS; row += LANES) {
                    FloatVector value = half(m.memory(), scale + 2L * row);
                    (hasFactors ? value.mul(floats(m.memory(), factor + row)) : value).intoArray(out, at + row);
                }
            }
        }
    }

    /**
     * Of the runs of blocks [from, to) of a type with minima, [run][row]: centre times scale times factor, less minimum
     * times its factor.
     */
    static void lifts(PanelMatrix m, int panel, int from, int to, float[] out) {
        PanelLayout layout = m.layout();
        boolean hasFactors = layout.factorsPerBlock() > 0;
        float centre = layout.centre();
        int at = 0;
        for (int block = from; block < to; block++) {
            long scaleAt = layout.scalesAt(panel, block);
            long minAt = layout.minsAt(panel, block);
            long factor = layout.factorsAt(panel, block);
            long minFactor = layout.minFactorsAt(panel, block);
            for (int end = at + layout.runsPerBlock() * ROWS; at < end; at += ROWS) {
                for (int row = 0; row < ROWS; row += LANES) {
                    FloatVector scale = half(m.memory(), scaleAt + 2L * row);
                    FloatVector min = half(m.memory(), minAt + 2L * row);
                    if (hasFactors) {
                        scale = scale.mul(floats(m.memory(), factor + row));
                        min = min.mul(floats(m.memory(), minFactor + row));
                    }
                    scale.mul(centre).sub(min).intoArray(out, at + row);
                }
                factor += ROWS;
                minFactor += ROWS;
            }
        }
    }

    /**
     * Finite 16-bit floats as floats: their exponent and fraction moved to their places in a float, which is then
     * {@value #HALF_BIAS} times too small.
     */
    static FloatVector half(MemorySegment scales, long at) {
        return ((IntVector) ShortVector.fromMemorySegment(HALF, scales, at, ORDER)
                .convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 13).and(HALF_BITS)
                .reinterpretAsFloats().mul(HALF_BIAS);
    }

    /** The codes of one block, 32 x 32. */
    static void codes(PanelMatrix m, int panel, int block, float[] out, int to) {
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
        for (int half = 0; half < 2; half++) {
            long factor = (layout.factorsPerBlock() == 2 ? half * ROWS : 0);
            int to = half * (BLOCK / 2 * ROWS);
            for (int row = 0; row < ROWS; row += LANES) {
                FloatVector scale = half(m.memory(), layout.scalesAt(panel, block) + 2L * row);
                FloatVector min = FloatVector.zero(F);
                if (layout.factorsPerBlock() > 0) {
                    scale = scale.mul(floats(m.memory(), layout.factorsAt(panel, block) + factor + row));
                }
                if (layout.hasMins()) {
                    min = half(m.memory(), layout.minsAt(panel, block) + 2L * row);
                    if (layout.factorsPerBlock() > 0) {
                        min = min.mul(floats(m.memory(), layout.minFactorsAt(panel, block) + factor + row));
                    }
                }
                for (int k = to + row; k < to + BLOCK / 2 * ROWS; k += ROWS) {
                    scale.mul(FloatVector.fromArray(F, out, k)).sub(min).intoArray(out, k);
                }
            }
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
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(HALF, in, from + 2L * i, ORDER)
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
