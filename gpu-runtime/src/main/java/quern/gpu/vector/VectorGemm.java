package quern.gpu.vector;

import java.util.Arrays;
import quern.gpu.ComputeTeam;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.GemmPanels.Packed;

/**
 * The three float products of training, over the compute team: output, gradient of the input and gradient of the
 * weights. Operands are packed into panels of scratch memory that is kept between calls, so one thread drives a
 * {@code VectorGemm} at a time.
 *
 * <p>Every output is one chain of fused multiply-adds in the order of the summed index, whatever the tile, the split
 * among threads and the sizes; where results accumulate, the chain starts at the present value.
 */
public final class VectorGemm {

    /** Most tokens one part packs and multiplies; summed elements packed at a time: 128 KiB of panels, half an L2. */
    private static final int PART_TOKENS = 64;
    private static final int DEPTH = 512;
    /** Weights fewer than these are packed by the driving thread: waking another would take longer. */
    private static final int PACK_ALONE = 40_000;

    private final ComputeTeam team;
    private final GemmPanels panels;
    private final ThreadLocal<Scratch> scratch;
    private float[] weights = new float[0];

    /** What one thread packs its tokens into. */
    private static final class Scratch {
        final float[] tokens;
        final float[] edge;

        Scratch(GemmPanels panels) {
            tokens = new float[panels.packedTokens(PART_TOKENS, DEPTH)];
            edge = new float[panels.rows * panels.tokens];
        }
    }

    public VectorGemm(ComputeTeam team) {
        this(team, GemmPanels.ofThisMachine());
    }

    VectorGemm(ComputeTeam team, GemmPanels panels) {
        this.team = team;
        this.panels = panels;
        this.scratch = ThreadLocal.withInitial(() -> new Scratch(panels));
    }

    /** {@code y[t][r] (+)= sum over k of w[r][k] * x[t][k]}. */
    public void product(Rows w, Rows x, int count, Rows y, boolean accumulate) {
        expect("input columns", w.width(), x.width());
        expect("output columns", w.count(), y.width());
        multiply(
                new Operand(w.values(), 0, 1, w.width()), new Operand(x.values(), 0, 1, x.width()),
                w.count(), count, w.width(), y, accumulate);
    }

    /** {@code dx[t][k] (+)= sum over r of dy[t][r] * w[r][k]}. */
    public void inputGradient(Rows w, Rows dy, int count, Rows dx, boolean accumulate) {
        expect("output columns", w.count(), dy.width());
        expect("input columns", w.width(), dx.width());
        multiply(
                new Operand(w.values(), 0, w.width(), 1), new Operand(dy.values(), 0, 1, dy.width()),
                w.width(), count, w.count(), dx, accumulate);
    }

    /** The same through some {@code rows} of the weights, those of {@code dy}'s columns from {@code column} on. */
    void inputGradient(
            float[] w, int rows, int columns, Rows dy, int column, int count, Rows dx, boolean accumulate) {
        expect("input columns", columns, dx.width());
        multiply(
                new Operand(w, 0, columns, 1), new Operand(dy.values(), column, 1, dy.width()), columns, count, rows,
                dx, accumulate);
    }

    /** {@code dw[r][k] += sum over t of dy[t][r] * x[t][k]}, from the last row to the first. */
    public void weightGradient(Rows dy, Rows x, int count, Rows dw) {
        expect("weight rows", dy.width(), dw.count());
        expect("weight columns", x.width(), dw.width());
        int last = Math.max(0, count - 1);
        multiply(
                new Operand(x.values(), x.at(last), -x.width(), 1),
                new Operand(dy.values(), dy.at(last), -dy.width(), 1), x.width(), dy.width(), count, dw, true);
    }

    /** A matrix whose element (k, n) is at {@code from + k * kStride + n * nStride}; one of the strides is 1. */
    private record Operand(float[] values, int from, int kStride, int nStride) {
        int at(int k, int n) {
            return from + k * kStride + n * nStride;
        }
    }

    private void multiply(Operand w, Operand x, int nCount, int mCount, int kCount, Rows y, boolean accumulate) {
        int paddedOutputs = Math.ceilDiv(nCount, panels.rows) * panels.rows;
        packWeights(w, nCount, kCount, paddedOutputs);
        int partTokens = partTokens(mCount);
        team.run(Math.ceilDiv(mCount, partTokens), part -> {
            Scratch mine = scratch.get();
            int m = part * partTokens;
            int used = Math.min(partTokens, mCount - m);
            for (int k = 0; k < kCount; k += DEPTH) {
                int depth = Math.min(DEPTH, kCount - k);
                panels.packTokens(
                        x.values, x.at(k, m), x.nStride, x.kStride, used, depth, mine.tokens, 0);
                panels.multiply(
                        new Packed(weights, k * paddedOutputs, depth), nCount, new Packed(mine.tokens, 0, depth),
                        used, depth, y.values(), y.at(m), y.width(), accumulate || k > 0, mine.edge);
            }
        });
        if (kCount == 0 && !accumulate) {
            Arrays.fill(y.values(), 0, mCount * nCount, 0f);
        }
    }

    /** Enough parts for an even split of short matrices. */
    private int partTokens(int mCount) {
        int even = Math.ceilDiv(mCount, team.threads() * 4);
        return Math.clamp(Math.ceilDiv(even, panels.tokens) * panels.tokens, panels.tokens, PART_TOKENS);
    }

    /** Packed per depth: all panels of the first {@link #DEPTH} summed elements, then of the next. */
    private void packWeights(Operand w, int nCount, int kCount, int paddedOutputs) {
        int needed = Math.multiplyExact(paddedOutputs, kCount);
        if (weights.length < needed) {
            weights = new float[needed];
        }
        int depths = Math.ceilDiv(kCount, DEPTH);
        int columns = Math.ceilDiv(nCount, panels.rows);
        if (needed < PACK_ALONE) {
            for (int part = 0; part < depths * columns; part++) {
                packPanel(w, nCount, kCount, paddedOutputs, part / columns, part % columns);
            }
        } else {
            team.split(depths * columns, 2, (from, to) -> {
                for (int part = from; part < to; part++) {
                    packPanel(w, nCount, kCount, paddedOutputs, part / columns, part % columns);
                }
            });
        }
    }

    private void packPanel(Operand w, int nCount, int kCount, int paddedOutputs, int depthIndex, int column) {
        int k = depthIndex * DEPTH;
        int depth = Math.min(DEPTH, kCount - k);
        int n = column * panels.rows;
        panels.packWeights(
                w.values, w.at(k, n), w.kStride, w.nStride, Math.min(panels.rows, nCount - n),
                depth, weights, k * paddedOutputs + n * depth);
    }

    private static void expect(String what, int expected, int found) {
        if (expected != found) {
            throw new IllegalArgumentException(what + ": " + found + ", expected " + expected);
        }
    }
}
