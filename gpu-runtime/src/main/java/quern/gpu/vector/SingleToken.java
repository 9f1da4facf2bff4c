package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;
import static quern.gpu.vector.PanelReader.eight;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A whole panel times one token, straight from the packed bytes, for the types that have nothing but a scale. Sums
 * inside a block are exact, so they may run in any order and number of chains.
 */
final class SingleToken {

    private static final VectorSpecies<Byte> ROW_BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> ROW_SHORTS = ShortVector.SPECIES_256;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
    private static final int ROWS = Tiles.ROWS;

    private SingleToken() {}

    /** Form BYTES. The token's integers are floats at {@code x.at(tile, 0)}; {@code sums} gets 16 results. */
    static void bytes(PanelMatrix w, int panel, PackedTokens x, int tile, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        float[] values = x.values();
        int k = x.at(tile, 0);
        int scale = w.scalesAt(panel, 0);
        int xScale = x.blockAt(tile, 0);
        int at = panel * ROWS * w.columns();
        FloatVector lower = FloatVector.zero(F);
        FloatVector upper = lower;
        for (int b = 0; b < w.blocks(); b++, scale += ROWS) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            for (int end = at + 32 * ROWS; at < end; at += 2 * ROWS, k += 2) {
                FloatVector t = FloatVector.broadcast(F, values[k]);
                a0 = eight(codes, at).fma(t, a0);
                b0 = eight(codes, at + 8).fma(t, b0);
                t = FloatVector.broadcast(F, values[k + 1]);
                a1 = eight(codes, at + 16).fma(t, a1);
                b1 = eight(codes, at + 24).fma(t, b1);
            }
            float xs = x.scales()[xScale + b];
            lower = FloatVector.fromArray(F, w.scales(), scale).mul(xs).fma(a0.add(a1), lower);
            upper = FloatVector.fromArray(F, w.scales(), scale + 8).mul(xs).fma(b0.add(b1), upper);
        }
        lower.intoArray(sums, sumsAt);
        upper.intoArray(sums, sumsAt + 8);
    }

    /**
     * Q4_0, 16 rows in 16-bit lanes. The low four bits are unsigned, the high four signed; the accumulator
     * starts at -8 times the sum of the low ones' activations, so that it ends at the sum of (q - 8) * x, which is at
     * most 8 * 127 * 32 = 32,512: what overflows on the way comes back modulo 2^16.
     */
    static void nibbles(PanelMatrix w, int panel, PairedTokens x, int token, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        int[] values = x.values();
        int k = token * w.columns();
        int scale = w.scalesAt(panel, 0);
        int block = token * w.blocks();
        int at = panel * ROWS / 2 * w.columns();
        FloatVector lower = FloatVector.zero(F);
        FloatVector upper = lower;
        for (int b = 0; b < w.blocks(); b++, scale += ROWS, block++, k += 16) {
            ShortVector sum = pair(x.starts(), block);
            for (int end = at + 16 * ROWS; at < end; at += ROWS, k++) {
                ShortVector packed = (ShortVector)
                        ByteVector.fromArray(ROW_BYTES, codes, at).convertShape(VectorOperators.B2S, ROW_SHORTS, 0);
                sum = sum.add(packed.and((short) 15).mul(pair(values, k)));
                sum = sum.add(packed.lanewise(VectorOperators.ASHR, 4).mul(pair(values, k + 16)));
            }
            FloatVector a = (FloatVector) sum.convertShape(VectorOperators.S2F, F, 0);
            FloatVector c = (FloatVector) sum.convertShape(VectorOperators.S2F, F, 1);
            float xs = x.scales()[block];
            lower = FloatVector.fromArray(F, w.scales(), scale).mul(xs).fma(a, lower);
            upper = FloatVector.fromArray(F, w.scales(), scale + 8).mul(xs).fma(c, upper);
        }
        lower.intoArray(sums, sumsAt);
        upper.intoArray(sums, sumsAt + 8);
    }

    /** An int that holds the same short twice, in all lanes: cheaper to broadcast than a short. */
    static ShortVector pair(int[] values, int at) {
        return IntVector.broadcast(I, values[at]).reinterpretAsShorts();
    }
}
