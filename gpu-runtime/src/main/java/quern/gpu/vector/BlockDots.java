package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;
import static quern.gpu.vector.PanelReader.eight;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.StoredRow;

/*
 * Dot products and what is done with them are apart because C2 stops inlining in a large method, and a vector that
 * crosses a call is boxed: together they ran at half the speed. The inner loops' length is one that C2 does not know:
 * it unrolls 16 steps entirely, moves the loads to the front and spills, at a fifth of the speed (measured).
 */
/**
 * One token's whole-number products with blocks [from, to) of a panel, straight from the packed bytes, summed over each
 * half of a block: {@code dots} gets [block][half][16 rows]. All sums are exact, so their order is free.
 */
final class BlockDots {

    private static final VectorSpecies<Byte> ROW_BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> ROW_SHORTS = ShortVector.SPECIES_256;
    private static final int ROWS = Tiles.ROWS;
    private static final byte[] CODEBOOK = StoredRow.codebook();

    private BlockDots() {}

    /** Form BYTES. */
    static void bytes(PanelMatrix w, int panel, int from, int to, PackedTokens x, int tile, float[] dots) {
        byte[] codes = w.codes();
        float[] values = x.values();
        int half = w.columns() / w.blocks() / 2 * ROWS;
        int k = x.at(tile, 32 * from);
        int at = (panel * w.blocks() + from) * 32 * ROWS;
        for (int dotsAt = 0; dotsAt < (to - from) * 2 * ROWS; dotsAt += 2 * ROWS) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            for (int end = at + half; at < end; at += ROWS, k++) {
                FloatVector t = FloatVector.broadcast(F, values[k]);
                a0 = eight(codes, at).fma(t, a0);
                b0 = eight(codes, at + 8).fma(t, b0);
                t = FloatVector.broadcast(F, values[k + 16]);
                a1 = eight(codes, at + 16 * ROWS).fma(t, a1);
                b1 = eight(codes, at + 16 * ROWS + 8).fma(t, b1);
            }
            at += 16 * ROWS;
            k += 16;
            a0.intoArray(dots, dotsAt);
            b0.intoArray(dots, dotsAt + 8);
            a1.intoArray(dots, dotsAt + 16);
            b1.intoArray(dots, dotsAt + 24);
        }
    }

    /** Form INDICES: the codebook is one vector, each index chooses a lane of it. */
    static void indices(PanelMatrix w, int panel, int from, int to, PackedTokens x, int tile, float[] dots) {
        byte[] codes = w.codes();
        float[] values = x.values();
        ByteVector codebook = ByteVector.fromArray(ROW_BYTES, CODEBOOK, 0);
        int half = w.columns() / w.blocks() / 2 * ROWS;
        int k = x.at(tile, 32 * from);
        int at = (panel * w.blocks() + from) * 16 * ROWS;
        for (int dotsAt = 0; dotsAt < (to - from) * 2 * ROWS; dotsAt += 2 * ROWS) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            for (int end = at + half; at < end; at += ROWS, k++) {
                ByteVector packed = ByteVector.fromArray(ROW_BYTES, codes, at);
                ByteVector lower = packed.and((byte) 15).selectFrom(codebook);
                ByteVector upper = packed.lanewise(VectorOperators.LSHR, 4).and((byte) 15).selectFrom(codebook);
                FloatVector t = FloatVector.broadcast(F, values[k]);
                a0 = ((FloatVector) lower.convertShape(VectorOperators.B2F, F, 0)).fma(t, a0);
                b0 = ((FloatVector) lower.convertShape(VectorOperators.B2F, F, 1)).fma(t, b0);
                t = FloatVector.broadcast(F, values[k + 16]);
                a1 = ((FloatVector) upper.convertShape(VectorOperators.B2F, F, 0)).fma(t, a1);
                b1 = ((FloatVector) upper.convertShape(VectorOperators.B2F, F, 1)).fma(t, b1);
            }
            k += 16;
            a0.intoArray(dots, dotsAt);
            b0.intoArray(dots, dotsAt + 8);
            a1.intoArray(dots, dotsAt + 16);
            b1.intoArray(dots, dotsAt + 24);
        }
    }

    /**
     * Form NIBBLES, 16 rows in 16-bit lanes: a half's sum of nibbles times values is at most 15 * 127 * 16 = 30,480.
     * What the nibbles are too large by is taken away at the end, times the sum of the values.
     */
    static void nibbles(PanelMatrix w, int panel, int from, int to, PairedTokens x, int token, float[] dots) {
        byte[] codes = w.codes();
        int[] values = x.values();
        float zero = w.zero();
        int half = w.columns() / w.blocks() / 2 * ROWS;
        int k = token * w.columns() + 32 * from;
        int run = 2 * (token * w.blocks() + from);
        int at = (panel * w.blocks() + from) * 16 * ROWS;
        for (int dotsAt = 0; dotsAt < (to - from) * 2 * ROWS; dotsAt += 2 * ROWS, run += 2, k += 16) {
            ShortVector first = ShortVector.zero(ROW_SHORTS);
            ShortVector second = first;
            for (int end = at + half; at < end; at += ROWS, k++) {
                ShortVector packed = (ShortVector)
                        ByteVector.fromArray(ROW_BYTES, codes, at).convertShape(VectorOperators.B2S, ROW_SHORTS, 0);
                first = first.add(packed.and((short) 15).mul(SingleToken.pair(values, k)));
                second = second.add(packed.lanewise(VectorOperators.ASHR, 4).mul(SingleToken.pair(values, k + 16)));
            }
            float lower = -zero * x.runSums()[run];
            float upper = (8 - zero) * x.runSums()[run + 1];
            ((FloatVector) first.convertShape(VectorOperators.S2F, F, 0)).add(lower).intoArray(dots, dotsAt);
            ((FloatVector) first.convertShape(VectorOperators.S2F, F, 1)).add(lower).intoArray(dots, dotsAt + 8);
            ((FloatVector) second.convertShape(VectorOperators.S2F, F, 0)).add(upper).intoArray(dots, dotsAt + 16);
            ((FloatVector) second.convertShape(VectorOperators.S2F, F, 1)).add(upper).intoArray(dots, dotsAt + 24);
        }
    }
}
