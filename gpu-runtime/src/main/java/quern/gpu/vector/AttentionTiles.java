package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import quern.gpu.kernel.AttentionRule;

/*
 * As in Tiles: eight accumulators keep both multipliers busy and leave registers for what is loaded; a trip count that
 * C2 does not know keeps it from unrolling everything.
 */
/** The inner loops of attention: products of a few rows with a tile, and one row's softmax. */
final class AttentionTiles {

    private AttentionTiles() {}

    /**
     * {@code c[row][lane] += sum over k < kCount of a[row][k] * b[k][lane]}, as chains of fmas in order of k, for eight
     * rows and one vector of lanes.
     */
    static void eight(
            float[] a, int aFrom, int aStride, float[] b, int bFrom, int bStride, int kCount, float[] c, int cFrom,
            int cStride) {
        int r1 = aFrom + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        int r4 = r3 + aStride;
        int r5 = r4 + aStride;
        int r6 = r5 + aStride;
        int r7 = r6 + aStride;
        FloatVector s0 = FloatVector.fromArray(F, c, cFrom);
        FloatVector s1 = FloatVector.fromArray(F, c, cFrom + cStride);
        FloatVector s2 = FloatVector.fromArray(F, c, cFrom + 2 * cStride);
        FloatVector s3 = FloatVector.fromArray(F, c, cFrom + 3 * cStride);
        FloatVector s4 = FloatVector.fromArray(F, c, cFrom + 4 * cStride);
        FloatVector s5 = FloatVector.fromArray(F, c, cFrom + 5 * cStride);
        FloatVector s6 = FloatVector.fromArray(F, c, cFrom + 6 * cStride);
        FloatVector s7 = FloatVector.fromArray(F, c, cFrom + 7 * cStride);
        for (int k = 0; k < kCount; k++) {
            FloatVector v = FloatVector.fromArray(F, b, bFrom + k * bStride);
            s0 = v.fma(FloatVector.broadcast(F, a[aFrom + k]), s0);
            s1 = v.fma(FloatVector.broadcast(F, a[r1 + k]), s1);
            s2 = v.fma(FloatVector.broadcast(F, a[r2 + k]), s2);
            s3 = v.fma(FloatVector.broadcast(F, a[r3 + k]), s3);
            s4 = v.fma(FloatVector.broadcast(F, a[r4 + k]), s4);
            s5 = v.fma(FloatVector.broadcast(F, a[r5 + k]), s5);
            s6 = v.fma(FloatVector.broadcast(F, a[r6 + k]), s6);
            s7 = v.fma(FloatVector.broadcast(F, a[r7 + k]), s7);
        }
        s0.intoArray(c, cFrom);
        s1.intoArray(c, cFrom + cStride);
        s2.intoArray(c, cFrom + 2 * cStride);
        s3.intoArray(c, cFrom + 3 * cStride);
        s4.intoArray(c, cFrom + 4 * cStride);
        s5.intoArray(c, cFrom + 5 * cStride);
        s6.intoArray(c, cFrom + 6 * cStride);
        s7.intoArray(c, cFrom + 7 * cStride);
    }

    /** The same for four rows and two vectors of lanes. */
    static void four(
            float[] a, int aFrom, int aStride, float[] b, int bFrom, int bStride, int kCount, float[] c, int cFrom,
            int cStride) {
        int next = F.length();
        int r1 = aFrom + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        FloatVector s0 = FloatVector.fromArray(F, c, cFrom);
        FloatVector t0 = FloatVector.fromArray(F, c, cFrom + next);
        FloatVector s1 = FloatVector.fromArray(F, c, cFrom + cStride);
        FloatVector t1 = FloatVector.fromArray(F, c, cFrom + cStride + next);
        FloatVector s2 = FloatVector.fromArray(F, c, cFrom + 2 * cStride);
        FloatVector t2 = FloatVector.fromArray(F, c, cFrom + 2 * cStride + next);
        FloatVector s3 = FloatVector.fromArray(F, c, cFrom + 3 * cStride);
        FloatVector t3 = FloatVector.fromArray(F, c, cFrom + 3 * cStride + next);
        for (int k = 0; k < kCount; k++) {
            FloatVector v = FloatVector.fromArray(F, b, bFrom + k * bStride);
            FloatVector w = FloatVector.fromArray(F, b, bFrom + k * bStride + next);
            FloatVector x = FloatVector.broadcast(F, a[aFrom + k]);
            s0 = v.fma(x, s0);
            t0 = w.fma(x, t0);
            x = FloatVector.broadcast(F, a[r1 + k]);
            s1 = v.fma(x, s1);
            t1 = w.fma(x, t1);
            x = FloatVector.broadcast(F, a[r2 + k]);
            s2 = v.fma(x, s2);
            t2 = w.fma(x, t2);
            x = FloatVector.broadcast(F, a[r3 + k]);
            s3 = v.fma(x, s3);
            t3 = w.fma(x, t3);
        }
        s0.intoArray(c, cFrom);
        t0.intoArray(c, cFrom + next);
        s1.intoArray(c, cFrom + cStride);
        t1.intoArray(c, cFrom + cStride + next);
        s2.intoArray(c, cFrom + 2 * cStride);
        t2.intoArray(c, cFrom + 2 * cStride + next);
        s3.intoArray(c, cFrom + 3 * cStride);
        t3.intoArray(c, cFrom + 3 * cStride + next);
    }

    /** The same for one row. */
    private static void one(
            float[] a, int aFrom, float[] b, int bFrom, int bStride, int kCount, float[] c, int cFrom) {
        FloatVector s = FloatVector.fromArray(F, c, cFrom);
        for (int k = 0; k < kCount; k++) {
            s = FloatVector.fromArray(F, b, bFrom + k * bStride).fma(FloatVector.broadcast(F, a[aFrom + k]), s);
        }
        s.intoArray(c, cFrom);
    }

    /** The same for one row and {@code lanes} lanes, a multiple of 16. */
    static void row(
            float[] a, int aFrom, float[] b, int bFrom, int bStride, int kCount, float[] c, int cFrom, int lanes) {
        for (int lane = 0; lane < lanes; lane += F.length()) {
            one(a, aFrom, b, bFrom + lane, bStride, kCount, c, cFrom + lane);
        }
    }

    /**
     * The same for up to eight rows and {@code lanes} lanes, a multiple of 16.
     *
     * @param rows rows that count; {@code a} and {@code c} have eight
     */
    static void rows(
            int rows, float[] a, int aFrom, int aStride, float[] b, int bFrom, int bStride, int kCount, float[] c,
            int cFrom, int cStride, int lanes) {
        int lane = 0;
        if (rows <= 4) {
            for (; lane + 2 * F.length() <= lanes; lane += 2 * F.length()) {
                four(a, aFrom, aStride, b, bFrom + lane, bStride, kCount, c, cFrom + lane, cStride);
            }
        }
        for (; lane < lanes; lane += F.length()) {
            eight(a, aFrom, aStride, b, bFrom + lane, bStride, kCount, c, cFrom + lane, cStride);
        }
    }

    /**
     * Turns the products of one row in {@code x[from .. from + to)} into {@code exp(score - largest)}, and those before
     * {@code seen} and up to the next multiple of 16 into 0.
     *
     * @return the largest score
     */
    static float softmax(float[] x, int from, int seen, int to, AttentionRule rule) {
        int first = from + seen / 16 * 16;
        int end = from + Math.ceilDiv(to, 16) * 16;
        FloatVector scale = FloatVector.broadcast(F, rule.scale());
        for (int i = first; i < end; i += F.length()) {
            FloatVector.fromArray(F, x, i).mul(scale).intoArray(x, i);
        }
        if (rule.softcap() > 0) {
            RowKernels.softcap(x, from + seen, to - seen, rule.softcap());
        }
        Arrays.fill(x, first, from + seen, Float.NEGATIVE_INFINITY);
        Arrays.fill(x, from + to, end, Float.NEGATIVE_INFINITY);
        float largest = Lanes.max(x, first, end - first);
        Lanes.exp(x, first, end - first, largest);
        return largest;
    }

    /** {@code values[i] = next[i] * nextFactor + values[i] * factor}; {@code count} is a multiple of 16. */
    static void merge(
            float[] values, int at, float factor, float[] next, int nextAt, float nextFactor, int count) {
        FloatVector own = FloatVector.broadcast(F, factor);
        FloatVector other = FloatVector.broadcast(F, nextFactor);
        for (int i = 0; i < count; i += F.length()) {
            FloatVector scaled = FloatVector.fromArray(F, values, at + i).mul(own);
            FloatVector.fromArray(F, next, nextAt + i).fma(other, scaled).intoArray(values, at + i);
        }
    }
}
