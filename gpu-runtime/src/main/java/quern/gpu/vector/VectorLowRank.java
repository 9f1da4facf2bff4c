package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import quern.gpu.kernel.LowRank;
import quern.gpu.scalar.FloatMath;
import quern.gpu.tensor.Rows;

/**
 * A row by row, then B in panels of {@value #PANEL} outputs, rank by rank: both are read once, from the first byte to
 * the last, for up to {@value #TOKENS} tokens, since with a token an adapter their memory is what limits.
 */
final class VectorLowRank implements LowRank {

    /** Tokens that share what is read. */
    static final int TOKENS = 16;
    private static final int PANEL = 64;
    private static final int RANKS = 4;
    private static final int LANES = F.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final int rank;
    private final int rows;
    private final int columns;
    private final float scale;
    private final MemorySegment memory;
    private final long panelsAt;

    /**
     * @param a [rank, inputs]
     * @param b [outputs, rank]
     */
    VectorLowRank(Rows a, Rows b, float scale) {
        this.rank = a.count();
        this.rows = b.count();
        this.columns = a.width();
        this.scale = scale;
        this.panelsAt = Math.ceilDiv((long) Float.BYTES * rank * columns, 64) * 64;
        int panels = Math.ceilDiv(rows, PANEL);
        this.memory = Arena.ofAuto().allocate(panelsAt + (long) Float.BYTES * panels * PANEL * rank, 64);
        MemorySegment.copy(a.values(), 0, memory, ValueLayout.JAVA_FLOAT, 0, rank * columns);
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < rank; j++) {
                long at = panelsAt + Float.BYTES * ((long) (r / PANEL) * PANEL * rank + (long) j * PANEL + r % PANEL);
                memory.set(ValueLayout.JAVA_FLOAT, at, b.values()[b.at(r) + j]);
            }
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    /** {@code y[t] += B (scale * (A x[t]))} for {@code from <= t < to}, at most {@value #TOKENS}. */
    void add(Rows x, int from, int to, Rows y) {
        int count = to - from;
        float[] inner = new float[count * rank];
        float[] partials = new float[2 * RANKS * FloatMath.PARTIALS];
        int whole = rank - rank % RANKS;
        int t = 0;
        for (; t + 2 <= count; t += 2) {
            for (int j = 0; j < whole; j += RANKS) {
                dots2(j, x.values(), x.at(from + t), x.at(from + t + 1), partials);
                total(partials, 0, RANKS, inner, t * rank + j);
                total(partials, RANKS, RANKS, inner, (t + 1) * rank + j);
            }
        }
        for (; t < count; t++) {
            for (int j = 0; j < whole; j += RANKS) {
                dots1(j, x.values(), x.at(from + t), partials);
                total(partials, 0, RANKS, inner, t * rank + j);
            }
        }
        for (t = 0; t < count; t++) {
            rest(whole, x.values(), x.at(from + t), inner, t * rank);
        }
        outputs(inner, y, from, count);
    }

    /** Partial sums of {@value #RANKS} rows of A from {@code j} on, with one token. */
    private void dots1(int j, float[] x, int at, float[] partials) {
        int whole = columns - columns % FloatMath.PARTIALS;
        long row = (long) Float.BYTES * columns;
        long a = j * row;
        for (int lane = 0; lane < FloatMath.PARTIALS; lane += LANES) {
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = FloatVector.zero(F);
            FloatVector s2 = FloatVector.zero(F);
            FloatVector s3 = FloatVector.zero(F);
            for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                FloatVector v = FloatVector.fromArray(F, x, at + i);
                long k = a + (long) Float.BYTES * i;
                s0 = FloatVector.fromMemorySegment(F, memory, k, ORDER).fma(v, s0);
                s1 = FloatVector.fromMemorySegment(F, memory, k + row, ORDER).fma(v, s1);
                s2 = FloatVector.fromMemorySegment(F, memory, k + 2 * row, ORDER).fma(v, s2);
                s3 = FloatVector.fromMemorySegment(F, memory, k + 3 * row, ORDER).fma(v, s3);
            }
            s0.intoArray(partials, lane);
            s1.intoArray(partials, FloatMath.PARTIALS + lane);
            s2.intoArray(partials, 2 * FloatMath.PARTIALS + lane);
            s3.intoArray(partials, 3 * FloatMath.PARTIALS + lane);
        }
        for (int r = 0; r < RANKS; r++) {
            tail(j + r, whole, x, at, partials, r * FloatMath.PARTIALS);
        }
    }

    /** The same with two tokens; the second one's sums follow the first one's. */
    private void dots2(int j, float[] x, int at, int next, float[] partials) {
        int whole = columns - columns % FloatMath.PARTIALS;
        long row = (long) Float.BYTES * columns;
        long a = j * row;
        for (int lane = 0; lane < FloatMath.PARTIALS; lane += LANES) {
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = FloatVector.zero(F);
            FloatVector s2 = FloatVector.zero(F);
            FloatVector s3 = FloatVector.zero(F);
            FloatVector t0 = FloatVector.zero(F);
            FloatVector t1 = FloatVector.zero(F);
            FloatVector t2 = FloatVector.zero(F);
            FloatVector t3 = FloatVector.zero(F);
            for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                FloatVector v = FloatVector.fromArray(F, x, at + i);
                FloatVector u = FloatVector.fromArray(F, x, next + i);
                long k = a + (long) Float.BYTES * i;
                FloatVector w0 = FloatVector.fromMemorySegment(F, memory, k, ORDER);
                FloatVector w1 = FloatVector.fromMemorySegment(F, memory, k + row, ORDER);
                s0 = w0.fma(v, s0);
                t0 = w0.fma(u, t0);
                s1 = w1.fma(v, s1);
                t1 = w1.fma(u, t1);
                FloatVector w2 = FloatVector.fromMemorySegment(F, memory, k + 2 * row, ORDER);
                FloatVector w3 = FloatVector.fromMemorySegment(F, memory, k + 3 * row, ORDER);
                s2 = w2.fma(v, s2);
                t2 = w2.fma(u, t2);
                s3 = w3.fma(v, s3);
                t3 = w3.fma(u, t3);
            }
            s0.intoArray(partials, lane);
            s1.intoArray(partials, FloatMath.PARTIALS + lane);
            s2.intoArray(partials, 2 * FloatMath.PARTIALS + lane);
            s3.intoArray(partials, 3 * FloatMath.PARTIALS + lane);
            t0.intoArray(partials, 4 * FloatMath.PARTIALS + lane);
            t1.intoArray(partials, 5 * FloatMath.PARTIALS + lane);
            t2.intoArray(partials, 6 * FloatMath.PARTIALS + lane);
            t3.intoArray(partials, 7 * FloatMath.PARTIALS + lane);
        }
        for (int r = 0; r < RANKS; r++) {
            tail(j + r, whole, x, at, partials, r * FloatMath.PARTIALS);
            tail(j + r, whole, x, next, partials, (RANKS + r) * FloatMath.PARTIALS);
        }
    }

    private void tail(int j, int whole, float[] x, int at, float[] partials, int into) {
        for (int i = whole; i < columns; i++) {
            float w = memory.getAtIndex(ValueLayout.JAVA_FLOAT, (long) j * columns + i);
            partials[into + i - whole] = Math.fma(w, x[at + i], partials[into + i - whole]);
        }
    }

    /** Of ranks from {@code first} on, one by one. */
    private void rest(int first, float[] x, int at, float[] inner, int into) {
        int whole = columns - columns % FloatMath.PARTIALS;
        float[] partials = new float[FloatMath.PARTIALS];
        for (int j = first; j < rank; j++) {
            long a = (long) Float.BYTES * j * columns;
            for (int lane = 0; lane < FloatMath.PARTIALS; lane += LANES) {
                FloatVector sum = FloatVector.zero(F);
                for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                    sum = FloatVector.fromMemorySegment(F, memory, a + (long) Float.BYTES * i, ORDER)
                            .fma(FloatVector.fromArray(F, x, at + i), sum);
                }
                sum.intoArray(partials, lane);
            }
            tail(j, whole, x, at, partials, 0);
            total(partials, 0, 1, inner, into + j);
        }
    }

    /** {@link FloatMath#total} of each of {@code count} groups, scaled. */
    private void total(float[] partials, int group, int count, float[] inner, int into) {
        for (int r = 0; r < count; r++) {
            int at = (group + r) * FloatMath.PARTIALS;
            for (int half = FloatMath.PARTIALS / 2; half >= 1; half /= 2) {
                for (int i = at; i < at + half; i++) {
                    partials[i] += partials[i + half];
                }
            }
            inner[into + r] = scale * partials[at];
        }
    }

    private void outputs(float[] inner, Rows y, int from, int count) {
        float[] values = y.values();
        float[] edge = new float[PANEL];
        for (int r = 0; r < rows; r += PANEL) {
            long panel = panelsAt + (long) Float.BYTES * r * rank;
            int used = Math.min(PANEL, rows - r);
            int t = 0;
            for (; used == PANEL && t + 2 <= count; t += 2) {
                panel2(panel, inner, t * rank, values, y.at(from + t) + r, y.at(from + t + 1) + r);
            }
            for (; t < count; t++) {
                int at = y.at(from + t) + r;
                if (used == PANEL) {
                    panel1(panel, inner, t * rank, values, at);
                } else {
                    System.arraycopy(values, at, edge, 0, used);
                    panel1(panel, inner, t * rank, edge, 0);
                    System.arraycopy(edge, 0, values, at, used);
                }
            }
        }
    }

    /** Each output is one chain of fmas in order of the ranks. */
    private void panel1(long panel, float[] inner, int from, float[] y, int at) {
        for (int o = 0; o < PANEL; o += 4 * LANES) {
            FloatVector s0 = FloatVector.fromArray(F, y, at + o);
            FloatVector s1 = FloatVector.fromArray(F, y, at + o + LANES);
            FloatVector s2 = FloatVector.fromArray(F, y, at + o + 2 * LANES);
            FloatVector s3 = FloatVector.fromArray(F, y, at + o + 3 * LANES);
            long k = panel + (long) Float.BYTES * o;
            for (int j = 0; j < rank; j++) {
                FloatVector v = FloatVector.broadcast(F, inner[from + j]);
                s0 = FloatVector.fromMemorySegment(F, memory, k, ORDER).fma(v, s0);
                s1 = FloatVector.fromMemorySegment(F, memory, k + (long) Float.BYTES * LANES, ORDER).fma(v, s1);
                s2 = FloatVector.fromMemorySegment(F, memory, k + 2L * Float.BYTES * LANES, ORDER).fma(v, s2);
                s3 = FloatVector.fromMemorySegment(F, memory, k + 3L * Float.BYTES * LANES, ORDER).fma(v, s3);
                k += (long) Float.BYTES * PANEL;
            }
            s0.intoArray(y, at + o);
            s1.intoArray(y, at + o + LANES);
            s2.intoArray(y, at + o + 2 * LANES);
            s3.intoArray(y, at + o + 3 * LANES);
        }
    }

    private void panel2(long panel, float[] inner, int from, float[] y, int at, int next) {
        for (int o = 0; o < PANEL; o += 4 * LANES) {
            FloatVector s0 = FloatVector.fromArray(F, y, at + o);
            FloatVector s1 = FloatVector.fromArray(F, y, at + o + LANES);
            FloatVector s2 = FloatVector.fromArray(F, y, at + o + 2 * LANES);
            FloatVector s3 = FloatVector.fromArray(F, y, at + o + 3 * LANES);
            FloatVector t0 = FloatVector.fromArray(F, y, next + o);
            FloatVector t1 = FloatVector.fromArray(F, y, next + o + LANES);
            FloatVector t2 = FloatVector.fromArray(F, y, next + o + 2 * LANES);
            FloatVector t3 = FloatVector.fromArray(F, y, next + o + 3 * LANES);
            long k = panel + (long) Float.BYTES * o;
            for (int j = 0; j < rank; j++) {
                FloatVector v = FloatVector.broadcast(F, inner[from + j]);
                FloatVector u = FloatVector.broadcast(F, inner[from + rank + j]);
                FloatVector w0 = FloatVector.fromMemorySegment(F, memory, k, ORDER);
                FloatVector w1 = FloatVector.fromMemorySegment(F, memory, k + (long) Float.BYTES * LANES, ORDER);
                s0 = w0.fma(v, s0);
                t0 = w0.fma(u, t0);
                s1 = w1.fma(v, s1);
                t1 = w1.fma(u, t1);
                FloatVector w2 = FloatVector.fromMemorySegment(F, memory, k + 2L * Float.BYTES * LANES, ORDER);
                FloatVector w3 = FloatVector.fromMemorySegment(F, memory, k + 3L * Float.BYTES * LANES, ORDER);
                s2 = w2.fma(v, s2);
                t2 = w2.fma(u, t2);
                s3 = w3.fma(v, s3);
                t3 = w3.fma(u, t3);
                k += (long) Float.BYTES * PANEL;
            }
            s0.intoArray(y, at + o);
            s1.intoArray(y, at + o + LANES);
            s2.intoArray(y, at + o + 2 * LANES);
            s3.intoArray(y, at + o + 3 * LANES);
            t0.intoArray(y, next + o);
            t1.intoArray(y, next + o + LANES);
            t2.intoArray(y, next + o + 2 * LANES);
            t3.intoArray(y, next + o + 3 * LANES);
        }
    }
}
