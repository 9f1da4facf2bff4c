package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.StoredRow;

/** A few k of a panel as floats, k-major, into scratch that stays in the first cache level. */
final class PanelReader {

    private static final VectorSpecies<Byte> EIGHT_BYTES = ByteVector.SPECIES_64;
    private static final VectorSpecies<Byte> ROW_BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> EIGHT_SHORTS = ShortVector.SPECIES_128;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
    private static final byte[] CODEBOOK = StoredRow.codebook();

    private PanelReader() {}

    /**
     * The codes of block {@code block} times their factors, 32 x 16: whole numbers.
     *
     * @param factors scratch for 2 x 16
     */
    static void integers(PanelMatrix m, int panel, int block, float[] factors, float[] out) {
        if (m.factorsPerBlock() == 0) {
            codes(m, panel, block, out);
            return;
        }
        factors(m, m.factors(), panel, block, factors);
        int first = (panel * m.blocks() + block) * 32 * Tiles.ROWS;
        switch (m.form()) {
            case BYTES -> bytesTimes(m.codes(), first, factors, out);
            case NIBBLES -> nibblesTimes(m.codes(), first / 2, -m.zero(), factors, out);
            default -> indicesTimes(m.codes(), first / 2, factors, out);
        }
    }

    private static void codes(PanelMatrix m, int panel, int block, float[] out) {
        int first = (panel * m.blocks() + block) * 32 * Tiles.ROWS;
        switch (m.form()) {
            case BYTES -> bytes(m.codes(), first, out);
            case NIBBLES -> nibbles(m.codes(), first / 2, -m.zero(), out);
            case INDICES -> indices(m.codes(), first / 2, out);
            case FLOATS, HALVES, BRAIN_HALVES ->
                throw new IllegalArgumentException(m.type() + " has no integer product");
        }
    }

    /** The weights of {@code k} in [kFrom, kFrom + kCount); for quantised types exactly one block. */
    static void floats(PanelMatrix m, int panel, int kFrom, int kCount, float[] out) {
        int first = (panel * m.columns() + kFrom) * Tiles.ROWS;
        switch (m.form()) {
            case HALVES -> halves(m.halves(), first, kCount * Tiles.ROWS, out);
            case BRAIN_HALVES -> brainHalves(m.halves(), first, kCount * Tiles.ROWS, out);
            case FLOATS -> System.arraycopy(m.floats(), first, out, 0, kCount * Tiles.ROWS);
            case BYTES, NIBBLES, INDICES -> {
                codes(m, panel, kFrom / 32, out);
                scale(m, panel, kFrom / 32, out);
            }
        }
    }

    private static void bytes(byte[] codes, int from, float[] out) {
        for (int i = 0; i < 32 * Tiles.ROWS; i += 8) {
            eight(codes, from + i).intoArray(out, i);
        }
    }

    /** Eight bytes as floats. */
    static FloatVector eight(byte[] codes, int at) {
        return (FloatVector) ByteVector.fromArray(EIGHT_BYTES, codes, at).convertShape(VectorOperators.B2F, F, 0);
    }

    private static void nibbles(byte[] codes, int from, int offset, float[] out) {
        for (int i = 0; i < 16 * Tiles.ROWS; i += 8) {
            IntVector packed = (IntVector)
                    ByteVector.fromArray(EIGHT_BYTES, codes, from + i).convertShape(VectorOperators.B2I, I, 0);
            toFloats(packed.and(15)).add(offset).intoArray(out, i);
            FloatVector upper = toFloats(packed.lanewise(VectorOperators.ASHR, 4));
            upper.add(offset + 8).intoArray(out, i + 16 * Tiles.ROWS);
        }
    }

    private static FloatVector toFloats(IntVector integers) {
        return (FloatVector) integers.convertShape(VectorOperators.I2F, F, 0);
    }

    private static void indices(byte[] codes, int from, float[] out) {
        ByteVector codebook = ByteVector.fromArray(ROW_BYTES, CODEBOOK, 0);
        for (int j = 0; j < 16; j++) {
            ByteVector packed = ByteVector.fromArray(ROW_BYTES, codes, from + Tiles.ROWS * j);
            widen(packed.and((byte) 15).selectFrom(codebook), out, Tiles.ROWS * j);
            ByteVector upper = packed.lanewise(VectorOperators.LSHR, 4).and((byte) 15);
            widen(upper.selectFrom(codebook), out, Tiles.ROWS * (j + 16));
        }
    }

    private static void widen(ByteVector bytes, float[] out, int at) {
        ((FloatVector) bytes.convertShape(VectorOperators.B2F, F, 0)).intoArray(out, at);
        ((FloatVector) bytes.convertShape(VectorOperators.B2F, F, 1)).intoArray(out, at + 8);
    }

    /** The factors, or those of the minima, of a block's two halves, 2 x 16; 1 where none are stored. */
    static void factors(PanelMatrix m, byte[] stored, int panel, int block, float[] out) {
        if (m.factorsPerBlock() == 0) {
            Arrays.fill(out, 1f);
            return;
        }
        int first = m.factorsAt(panel, block);
        int second = first + (m.factorsPerBlock() - 1) * Tiles.ROWS;
        for (int row = 0; row < Tiles.ROWS; row += 8) {
            eight(stored, first + row).intoArray(out, row);
            eight(stored, second + row).intoArray(out, Tiles.ROWS + row);
        }
    }

    private static void bytesTimes(byte[] codes, int from, float[] factors, float[] out) {
        for (int row = 0; row < Tiles.ROWS; row += 8) {
            FloatVector first = FloatVector.fromArray(F, factors, row);
            FloatVector second = FloatVector.fromArray(F, factors, Tiles.ROWS + row);
            for (int at = row; at < 16 * Tiles.ROWS; at += Tiles.ROWS) {
                eight(codes, from + at).mul(first).intoArray(out, at);
                eight(codes, from + at + 16 * Tiles.ROWS).mul(second).intoArray(out, at + 16 * Tiles.ROWS);
            }
        }
    }

    private static void nibblesTimes(byte[] codes, int from, int offset, float[] factors, float[] out) {
        for (int row = 0; row < Tiles.ROWS; row += 8) {
            FloatVector first = FloatVector.fromArray(F, factors, row);
            FloatVector second = FloatVector.fromArray(F, factors, Tiles.ROWS + row);
            for (int at = row; at < 16 * Tiles.ROWS; at += Tiles.ROWS) {
                IntVector packed = (IntVector)
                        ByteVector.fromArray(EIGHT_BYTES, codes, from + at).convertShape(VectorOperators.B2I, I, 0);
                toFloats(packed.and(15)).add(offset).mul(first).intoArray(out, at);
                FloatVector upper = toFloats(packed.lanewise(VectorOperators.ASHR, 4));
                upper.add(offset + 8).mul(second).intoArray(out, at + 16 * Tiles.ROWS);
            }
        }
    }

    private static void indicesTimes(byte[] codes, int from, float[] factors, float[] out) {
        indices(codes, from, out);
        for (int row = 0; row < Tiles.ROWS; row += 8) {
            FloatVector first = FloatVector.fromArray(F, factors, row);
            FloatVector second = FloatVector.fromArray(F, factors, Tiles.ROWS + row);
            for (int at = row; at < 16 * Tiles.ROWS; at += Tiles.ROWS) {
                FloatVector.fromArray(F, out, at).mul(first).intoArray(out, at);
                int other = at + 16 * Tiles.ROWS;
                FloatVector.fromArray(F, out, other).mul(second).intoArray(out, other);
            }
        }
    }

    /** Products and difference each rounded, as the stored types are defined. */
    private static void scale(PanelMatrix m, int panel, int block, float[] out) {
        int scalesAt = m.scalesAt(panel, block);
        int firstAt = m.factorsAt(panel, block);
        int secondAt = firstAt + (m.factorsPerBlock() - 1) * Tiles.ROWS;
        boolean hasFactors = m.factorsPerBlock() > 0;
        for (int run = 0; run < 2; run++) {
            for (int row = 0; row < Tiles.ROWS; row += 8) {
                int factorsAt = (run == 0 ? firstAt : secondAt) + row;
                FloatVector scale = FloatVector.fromArray(F, m.scales(), scalesAt + row);
                FloatVector min =
                        m.hasMins() ? FloatVector.fromArray(F, m.mins(), scalesAt + row) : FloatVector.zero(F);
                if (hasFactors) {
                    scale = scale.mul(eight(m.factors(), factorsAt));
                    min = m.hasMins() ? min.mul(eight(m.minFactors(), factorsAt)) : min;
                }
                for (int k = 16 * run; k < 16 * run + 16; k++) {
                    int at = Tiles.ROWS * k + row;
                    scale.mul(FloatVector.fromArray(F, out, at)).sub(min).intoArray(out, at);
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

    private static void brainHalves(short[] in, int from, int count, float[] out) {
        for (int i = 0; i < count; i += 8) {
            IntVector bits = (IntVector)
                    ShortVector.fromArray(EIGHT_SHORTS, in, from + i).convertShape(VectorOperators.S2I, I, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, i);
        }
    }
}
