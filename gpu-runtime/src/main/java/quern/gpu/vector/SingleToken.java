package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;
import static quern.gpu.vector.PanelReader.eight;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.StoredRow;

/**
 * A whole panel times one token, straight from the packed bytes: what decoding spends its time on. Sums inside a block
 * are exact, so they may run in any order and number of chains.
 */
final class SingleToken {

    private static final VectorSpecies<Byte> ROW_BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Short> ROW_SHORTS = ShortVector.SPECIES_256;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
    private static final int ROWS = Tiles.ROWS;
    private static final byte[] CODEBOOK = StoredRow.codebook();

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

    /** Form BYTES with factors or minima. {@code sums}, 16 results, begins at 0; {@code dots} is scratch for 32. */
    static void factoredBytes(
            PanelMatrix w, int panel, PackedTokens x, int tile, float[] dots, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        float[] values = x.values();
        int k = x.at(tile, 0);
        int xBlock = x.blockAt(tile, 0);
        int at = panel * ROWS * w.columns();
        for (int b = 0; b < w.blocks(); b++, xBlock++) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            for (int end = at + 16 * ROWS; at < end; at += ROWS, k++) {
                FloatVector t = FloatVector.broadcast(F, values[k]);
                a0 = eight(codes, at).fma(t, a0);
                b0 = eight(codes, at + 8).fma(t, b0);
                t = FloatVector.broadcast(F, values[k + 16]);
                a1 = eight(codes, at + 16 * ROWS).fma(t, a1);
                b1 = eight(codes, at + 16 * ROWS + 8).fma(t, b1);
            }
            at += 16 * ROWS;
            k += 16;
            a0.intoArray(dots, 0);
            b0.intoArray(dots, 8);
            a1.intoArray(dots, 16);
            b1.intoArray(dots, 24);
            join(w, panel, b, dots, x.scales()[xBlock], x.runSums(), 2 * xBlock, sums, sumsAt);
        }
    }

    /** Form INDICES: the codebook is one vector, each index chooses a lane of it. */
    static void indices(
            PanelMatrix w, int panel, PackedTokens x, int tile, float[] dots, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        float[] values = x.values();
        ByteVector codebook = ByteVector.fromArray(ROW_BYTES, CODEBOOK, 0);
        int k = x.at(tile, 0);
        int xBlock = x.blockAt(tile, 0);
        int at = panel * ROWS / 2 * w.columns();
        for (int b = 0; b < w.blocks(); b++, xBlock++, k += 16) {
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            for (int end = at + 16 * ROWS; at < end; at += ROWS, k++) {
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
            a0.intoArray(dots, 0);
            b0.intoArray(dots, 8);
            a1.intoArray(dots, 16);
            b1.intoArray(dots, 24);
            join(w, panel, b, dots, x.scales()[xBlock], x.runSums(), 2 * xBlock, sums, sumsAt);
        }
    }

    /**
     * Adds one block's dot products to the sums.
     *
     * @param dots of the first 16 integers, then of the others, 16 rows each
     */
    private static void join(
            PanelMatrix w, int panel, int block, float[] dots, float xScale, float[] runSums, int runsAt, float[] sums,
            int sumsAt) {
        int factors = w.factorsPerBlock();
        int scalesAt = w.scalesAt(panel, block);
        int factorsAt = w.factorsAt(panel, block);
        for (int row = 0; row < ROWS; row += 8) {
            FloatVector first = FloatVector.fromArray(F, dots, row);
            FloatVector second = FloatVector.fromArray(F, dots, ROWS + row);
            FloatVector dot;
            if (factors == 2) {
                dot = first.mul(eight(w.factors(), factorsAt + row))
                        .add(second.mul(eight(w.factors(), factorsAt + ROWS + row)));
            } else {
                dot = first.add(second);
                dot = factors == 0 ? dot : dot.mul(eight(w.factors(), factorsAt + row));
            }
            FloatVector.fromArray(F, w.scales(), scalesAt + row).mul(xScale)
                    .fma(dot, FloatVector.fromArray(F, sums, sumsAt + row)).intoArray(sums, sumsAt + row);
        }
        if (w.hasMins()) {
            Tiles.addMin(w, panel, block, xScale, runSums[runsAt], runSums[runsAt + 1], sums, sumsAt);
        }
    }

    /**
     * Form NIBBLES, 16 rows in 16-bit lanes. The low four bits are unsigned, the high four signed; the accumulator
     * starts at -8 times the sum of the low ones' activations, so that it ends at the sum of (q - 8) * x, which is at
     * most 8 * 127 * 32 = 32,512: what overflows on the way comes back modulo 2^16.
     */
    static void nibbles(PanelMatrix w, int panel, PairedTokens x, int token, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        int[] values = x.values();
        boolean hasMins = w.hasMins();
        boolean hasFactors = w.factorsPerBlock() > 0;
        int k = token * w.columns();
        int block = token * w.blocks();
        int at = panel * ROWS / 2 * w.columns();
        FloatVector lower = FloatVector.zero(F);
        FloatVector upper = lower;
        for (int b = 0; b < w.blocks(); b++, block++, k += 16) {
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
            float xSum = x.runSums()[2 * block] + x.runSums()[2 * block + 1];
            int factor = w.factorsAt(panel, b);
            if (hasMins) {
                a = a.add(8 * xSum);
                c = c.add(8 * xSum);
            }
            if (hasFactors) {
                a = a.mul(eight(w.factors(), factor));
                c = c.mul(eight(w.factors(), factor + 8));
            }
            int scale = w.scalesAt(panel, b);
            lower = FloatVector.fromArray(F, w.scales(), scale).mul(xs).fma(a, lower);
            upper = FloatVector.fromArray(F, w.scales(), scale + 8).mul(xs).fma(c, upper);
            if (hasMins) {
                FloatVector first = FloatVector.broadcast(F, xSum);
                FloatVector second = first;
                if (hasFactors) {
                    first = first.mul(eight(w.minFactors(), factor));
                    second = second.mul(eight(w.minFactors(), factor + 8));
                }
                lower = FloatVector.fromArray(F, w.mins(), scale).mul(xs).neg().fma(first, lower);
                upper = FloatVector.fromArray(F, w.mins(), scale + 8).mul(xs).neg().fma(second, upper);
            }
        }
        lower.intoArray(sums, sumsAt);
        upper.intoArray(sums, sumsAt + 8);
    }

    /**
     * Form NIBBLES with a factor for each half of a block, whose products are summed apart: at most 15 * 127 * 16 =
     * 30,480, so 16-bit lanes hold them.
     */
    static void nibbleRuns(
            PanelMatrix w, int panel, PairedTokens x, int token, float[] dots, float[] sums, int sumsAt) {
        byte[] codes = w.codes();
        int[] values = x.values();
        float zero = w.zero();
        int k = token * w.columns();
        int block = token * w.blocks();
        int at = panel * ROWS / 2 * w.columns();
        for (int b = 0; b < w.blocks(); b++, block++, k += 16) {
            ShortVector first = ShortVector.zero(ROW_SHORTS);
            ShortVector second = first;
            for (int end = at + 16 * ROWS; at < end; at += ROWS, k++) {
                ShortVector packed = (ShortVector)
                        ByteVector.fromArray(ROW_BYTES, codes, at).convertShape(VectorOperators.B2S, ROW_SHORTS, 0);
                first = first.add(packed.and((short) 15).mul(pair(values, k)));
                second = second.add(packed.lanewise(VectorOperators.ASHR, 4).mul(pair(values, k + 16)));
            }
            float lower = -zero * x.runSums()[2 * block];
            float upper = (8 - zero) * x.runSums()[2 * block + 1];
            ((FloatVector) first.convertShape(VectorOperators.S2F, F, 0)).add(lower).intoArray(dots, 0);
            ((FloatVector) first.convertShape(VectorOperators.S2F, F, 1)).add(lower).intoArray(dots, 8);
            ((FloatVector) second.convertShape(VectorOperators.S2F, F, 0)).add(upper).intoArray(dots, 16);
            ((FloatVector) second.convertShape(VectorOperators.S2F, F, 1)).add(upper).intoArray(dots, 24);
            join(w, panel, b, dots, x.scales()[block], x.runSums(), 2 * block, sums, sumsAt);
        }
    }

    /** An int that holds the same short twice, in all lanes: cheaper to broadcast than a short. */
    private static ShortVector pair(int[] values, int at) {
        return IntVector.broadcast(I, values[at]).reinterpretAsShorts();
    }
}
