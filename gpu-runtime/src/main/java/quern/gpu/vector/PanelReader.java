package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.tensor.ElementType;

/** A few k of a panel as floats, k-major, into scratch that stays in the first cache level. */
final class PanelReader {

    private static final VectorSpecies<Byte> EIGHT_BYTES = ByteVector.SPECIES_64;
    private static final VectorSpecies<Short> EIGHT_SHORTS = ShortVector.SPECIES_128;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;

    private PanelReader() {}

    /** The integers of block {@code block}, 32 x 16; those of Q6_K times their factors. */
    static void integers(PanelMatrix m, int panel, int block, float[] out) {
        int first = (panel * m.blocks() + block) * 32 * Tiles.ROWS;
        switch (m.form()) {
            case BYTES -> bytes(m.codes(), first, out);
            case NIBBLES -> nibbles(m.codes(), first / 2, m.type() == ElementType.Q4_0 ? -8f : 0f, out);
            case SCALED_BYTES -> scaledBytes(m.codes(), first, m.factors(), first / 16, out);
            case FLOATS, HALVES, BRAIN_HALVES ->
                throw new IllegalArgumentException(m.type() + " has no integer product");
        }
    }

    /** The weights of {@code k} in [kFrom, kFrom + kCount); for integer forms exactly one block. */
    static void floats(PanelMatrix m, int panel, int kFrom, int kCount, float[] out) {
        int first = (panel * m.columns() + kFrom) * Tiles.ROWS;
        switch (m.form()) {
            case HALVES -> halves(m.halves(), first, kCount * Tiles.ROWS, out);
            case BRAIN_HALVES -> brainHalves(m.halves(), first, kCount * Tiles.ROWS, out);
            case FLOATS -> System.arraycopy(m.floats(), first, out, 0, kCount * Tiles.ROWS);
            case BYTES, NIBBLES -> {
                integers(m, panel, kFrom / 32, out);
                scale(m, m.scalesAt(panel, kFrom / 32), out);
            }
            case SCALED_BYTES -> {
                bytes(m.codes(), first, out);
                scaleRuns(m, m.scalesAt(panel, kFrom / 32), first / 16, out);
            }
        }
    }

    private static void bytes(byte[] codes, int from, float[] out) {
        for (int i = 0; i < 32 * Tiles.ROWS; i += 8) {
            eight(codes, from + i).intoArray(out, i);
        }
    }

    private static FloatVector eight(byte[] codes, int at) {
        return (FloatVector) ByteVector.fromArray(EIGHT_BYTES, codes, at).convertShape(VectorOperators.B2F, F, 0);
    }

    private static void nibbles(byte[] codes, int from, float offset, float[] out) {
        for (int i = 0; i < 16 * Tiles.ROWS; i += 8) {
            IntVector packed = (IntVector)
                    ByteVector.fromArray(EIGHT_BYTES, codes, from + i).convertShape(VectorOperators.B2I, I, 0);
            toFloats(packed.and(15)).add(offset).intoArray(out, i);
            FloatVector upper = toFloats(packed.lanewise(VectorOperators.ASHR, 4));
            upper.add(offset + 8f).intoArray(out, i + 16 * Tiles.ROWS);
        }
    }

    private static FloatVector toFloats(IntVector integers) {
        return (FloatVector) integers.convertShape(VectorOperators.I2F, F, 0);
    }

    private static void scaledBytes(byte[] codes, int from, byte[] factors, int factorsFrom, float[] out) {
        for (int run = 0; run < 2; run++) {
            for (int row = 0; row < Tiles.ROWS; row += 8) {
                FloatVector factor = eight(factors, factorsFrom + Tiles.ROWS * run + row);
                for (int k = 16 * run; k < 16 * run + 16; k++) {
                    eight(codes, from + Tiles.ROWS * k + row).mul(factor).intoArray(out, Tiles.ROWS * k + row);
                }
            }
        }
    }

    /** Product and difference each rounded, as the stored type is defined. */
    private static void scale(PanelMatrix m, int scalesAt, float[] out) {
        boolean hasMins = m.mins().length > 0;
        for (int row = 0; row < Tiles.ROWS; row += 8) {
            FloatVector scale = FloatVector.fromArray(F, m.scales(), scalesAt + row);
            FloatVector min = hasMins ? FloatVector.fromArray(F, m.mins(), scalesAt + row) : FloatVector.zero(F);
            for (int at = row; at < 32 * Tiles.ROWS; at += Tiles.ROWS) {
                scale.mul(FloatVector.fromArray(F, out, at)).sub(min).intoArray(out, at);
            }
        }
    }

    private static void scaleRuns(PanelMatrix m, int scalesAt, int factorsAt, float[] out) {
        for (int run = 0; run < 2; run++) {
            for (int row = 0; row < Tiles.ROWS; row += 8) {
                FloatVector scale = FloatVector.fromArray(F, m.scales(), scalesAt + row)
                        .mul(eight(m.factors(), factorsAt + Tiles.ROWS * run + row));
                for (int k = 16 * run; k < 16 * run + 16; k++) {
                    int at = Tiles.ROWS * k + row;
                    scale.mul(FloatVector.fromArray(F, out, at)).intoArray(out, at);
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
