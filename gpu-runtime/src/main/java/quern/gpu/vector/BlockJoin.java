package quern.gpu.vector;

import static quern.gpu.vector.EightLanes.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Joins the dot products of some blocks of a panel with their scales, block by block:
 * {@code sum = fma(scale * xScale, factor * dot + factor' * dot', sum)}, and where there are minima then
 * {@code sum = fma(-(min * xScale), minFactor * runSum + minFactor' * runSum', sum)}. One thread at a time.
 */
final class BlockJoin {

    /** Blocks at a time: their products and factors stay in the first cache level. */
    static final int BLOCKS = 32;

    private static final int ROWS = Tiles.ROWS;
    private static final int PER_BLOCK = 2 * ROWS;

    private final PanelMatrix w;
    private final float[] dots = new float[BLOCKS * PER_BLOCK];
    /** [block][one or two halves][row]; where none are stored the same 16 ones stand for all blocks. */
    private final float[] factors;
    private final float[] minFactors;
    private final int factorsPerBlock;
    private final int secondFactor;
    private int panel;
    private int from;
    private int to;

    BlockJoin(PanelMatrix w) {
        this.w = w;
        this.factorsPerBlock = w.factorsPerBlock() * ROWS;
        this.secondFactor = w.factorsPerBlock() == 2 ? ROWS : 0;
        this.factors = new float[Math.max(BLOCKS * factorsPerBlock, ROWS)];
        this.minFactors = new float[factors.length];
        Arrays.fill(factors, 1f);
        Arrays.fill(minFactors, 1f);
    }

    /** Turns to blocks [from, to) of a panel, at most {@link #BLOCKS}. */
    void turnTo(int panel, int from, int to) {
        this.panel = panel;
        this.from = from;
        this.to = to;
        widen(w.factors(), w.factorsAt(panel, from), (to - from) * factorsPerBlock, factors);
        if (w.hasMins()) {
            widen(w.minFactors(), w.factorsAt(panel, from), (to - from) * factorsPerBlock, minFactors);
        }
    }

    private static void widen(byte[] in, int from, int count, float[] out) {
        for (int i = 0; i < count; i += EightLanes.COUNT) {
            PanelReader.eight(in, from + i).intoArray(out, i);
        }
    }

    /** Where {@link BlockDots} writes: [block][half][16 rows]. */
    float[] dots() {
        return dots;
    }

    /**
     * Adds these blocks to 16 sums.
     *
     * @param xScales of the token's blocks, block 0 at {@code xBlock}
     * @param runSums of its halves of blocks, the first at {@code 2 * xBlock}
     */
    void add(float[] xScales, float[] runSums, int xBlock, float[] sums, int sumsAt) {
        if (w.hasMins()) {
            addWithMins(xScales, runSums, xBlock, sums, sumsAt);
        } else {
            addPlain(xScales, xBlock, sums, sumsAt);
        }
    }

    private void addPlain(float[] xScales, int xBlock, float[] sums, int sumsAt) {
        float[] scales = w.scales();
        for (int row = 0; row < ROWS; row += 8) {
            FloatVector sum = FloatVector.fromArray(F, sums, sumsAt + row);
            int at = row;
            int factor = row;
            for (int b = from; b < to; b++, at += PER_BLOCK, factor += factorsPerBlock) {
                FloatVector first =
                        FloatVector.fromArray(F, dots, at).mul(FloatVector.fromArray(F, factors, factor));
                FloatVector second = FloatVector.fromArray(F, dots, at + ROWS)
                        .mul(FloatVector.fromArray(F, factors, factor + secondFactor));
                sum = FloatVector.fromArray(F, scales, w.scalesAt(panel, b) + row).mul(xScales[xBlock + b])
                        .fma(first.add(second), sum);
            }
            sum.intoArray(sums, sumsAt + row);
        }
    }

    private void addWithMins(float[] xScales, float[] runSums, int xBlock, float[] sums, int sumsAt) {
        float[] scales = w.scales();
        float[] mins = w.mins();
        for (int row = 0; row < ROWS; row += 8) {
            FloatVector sum = FloatVector.fromArray(F, sums, sumsAt + row);
            int at = row;
            int factor = row;
            for (int b = from; b < to; b++, at += PER_BLOCK, factor += factorsPerBlock) {
                int scalesAt = w.scalesAt(panel, b) + row;
                float xScale = xScales[xBlock + b];
                FloatVector first =
                        FloatVector.fromArray(F, dots, at).mul(FloatVector.fromArray(F, factors, factor));
                FloatVector second = FloatVector.fromArray(F, dots, at + ROWS)
                        .mul(FloatVector.fromArray(F, factors, factor + secondFactor));
                sum = FloatVector.fromArray(F, scales, scalesAt).mul(xScale).fma(first.add(second), sum);
                int run = 2 * (xBlock + b);
                FloatVector dot = FloatVector.fromArray(F, minFactors, factor).mul(runSums[run])
                        .add(FloatVector.fromArray(F, minFactors, factor + secondFactor).mul(runSums[run + 1]));
                sum = FloatVector.fromArray(F, mins, scalesAt).mul(-xScale).fma(dot, sum);
            }
            sum.intoArray(sums, sumsAt + row);
        }
    }
}
