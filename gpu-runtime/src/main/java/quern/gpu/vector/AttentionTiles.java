package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import quern.gpu.kernel.AttentionRule;

/*
 * As in Tiles: eight accumulators keep both multipliers busy and leave registers for what is loaded; a trip count that
 * C2 does not know keeps it from unrolling everything.
 */
/** The inner loops of attention: products of a few rows with a tile, and one row's softmax. */
final class AttentionTiles {

    /** As machines with 512-bit vectors have. */
    private static final boolean HAS_32_REGISTERS = F.length() == 16;

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

    /** The same for two vectors of lanes, where there are registers for twice as many sums. */
    static void eightByTwo(
            float[] a, int aFrom, int aStride, float[] b, int bFrom, int bStride, int kCount, float[] c, int cFrom,
            int cStride) {
        int next = F.length();
        int r1 = aFrom + aStride;
        int r2 = r1 + aStride;
        int r3 = r2 + aStride;
        int r4 = r3 + aStride;
        int r5 = r4 + aStride;
        int r6 = r5 + aStride;
        int r7 = r6 + aStride;
        FloatVector s0 = FloatVector.fromArray(F, c, cFrom);
        FloatVector t0 = FloatVector.fromArray(F, c, cFrom + next);
        FloatVector s1 = FloatVector.fromArray(F, c, cFrom + cStride);
        FloatVector t1 = FloatVector.fromArray(F, c, cFrom + cStride + next);
        FloatVector s2 = FloatVector.fromArray(F, c, cFrom + 2 * cStride);
        FloatVector t2 = FloatVector.fromArray(F, c, cFrom + 2 * cStride + next);
        FloatVector s3 = FloatVector.fromArray(F, c, cFrom + 3 * cStride);
        FloatVector t3 = FloatVector.fromArray(F, c, cFrom + 3 * cStride + next);
        FloatVector s4 = FloatVector.fromArray(F, c, cFrom + 4 * cStride);
        FloatVector t4 = FloatVector.fromArray(F, c, cFrom + 4 * cStride + next);
        FloatVector s5 = FloatVector.fromArray(F, c, cFrom + 5 * cStride);
        FloatVector t5 = FloatVector.fromArray(F, c, cFrom + 5 * cStride + next);
        FloatVector s6 = FloatVector.fromArray(F, c, cFrom + 6 * cStride);
        FloatVector t6 = FloatVector.fromArray(F, c, cFrom + 6 * cStride + next);
        FloatVector s7 = FloatVector.fromArray(F, c, cFrom + 7 * cStride);
        FloatVector t7 = FloatVector.fromArray(F, c, cFrom + 7 * cStride + next);
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
            x = FloatVector.broadcast(F, a[r4 + k]);
            s4 = v.fma(x, s4);
            t4 = w.fma(x, t4);
            x = FloatVector.broadcast(F, a[r5 + k]);
            s5 = v.fma(x, s5);
            t5 = w.fma(x, t5);
            x = FloatVector.broadcast(F, a[r6 + k]);
            s6 = v.fma(x, s6);
            t6 = w.fma(x, t6);
            x = FloatVector.broadcast(F, a[r7 + k]);
            s7 = v.fma(x, s7);
            t7 = w.fma(x, t7);
        }
        s0.intoArray(c, cFrom);
        t0.intoArray(c, cFrom + next);
        s1.intoArray(c, cFrom + cStride);
        t1.intoArray(c, cFrom + cStride + next);
        s2.intoArray(c, cFrom + 2 * cStride);
        t2.intoArray(c, cFrom + 2 * cStride + next);
        s3.intoArray(c, cFrom + 3 * cStride);
        t3.intoArray(c, cFrom + 3 * cStride + next);
        s4.intoArray(c, cFrom + 4 * cStride);
        t4.intoArray(c, cFrom + 4 * cStride + next);
        s5.intoArray(c, cFrom + 5 * cStride);
        t5.intoArray(c, cFrom + 5 * cStride + next);
        s6.intoArray(c, cFrom + 6 * cStride);
        t6.intoArray(c, cFrom + 6 * cStride + next);
        s7.intoArray(c, cFrom + 7 * cStride);
        t7.intoArray(c, cFrom + 7 * cStride + next);
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
        for (; rows <= 4 && lane + 2 * F.length() <= lanes; lane += 2 * F.length()) {
            four(a, aFrom, aStride, b, bFrom + lane, bStride, kCount, c, cFrom + lane, cStride);
        }
        for (; HAS_32_REGISTERS && lane + 2 * F.length() <= lanes; lane += 2 * F.length()) {
            eightByTwo(a, aFrom, aStride, b, bFrom + lane, bStride, kCount, c, cFrom + lane, cStride);
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
        float largest;
        if (rule.softcap() > 0) {
            for (int i = from + seen; i < from + to; i++) {
                x[i] *= rule.scale();
            }
            RowKernels.softcap(x, from + seen, to - seen, rule.softcap());
            outside(x, from, seen, to);
            largest = Lanes.max(x, first, end - first);
        } else {
            outside(x, from, seen, to);
            FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
            for (int i = first; i < end; i += F.length()) {
                FloatVector score = FloatVector.fromArray(F, x, i).mul(rule.scale());
                score.intoArray(x, i);
                max = score.max(max);
            }
            largest = max.reduceLanes(VectorOperators.MAX);
        }
        Lanes.exp(x, first, end - first, largest);
        return largest;
    }

    /** What is not seen of the vectors that hold the first and the last seen becomes less than anything. */
    private static void outside(float[] x, int from, int seen, int to) {
        for (int i = seen / 16 * 16; i < seen; i++) {
            x[from + i] = Float.NEGATIVE_INFINITY;
        }
        for (int i = to; i % 16 != 0; i++) {
            x[from + i] = Float.NEGATIVE_INFINITY;
        }
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
