package quern.tuning.network;

import java.util.Arrays;

/**
 * How long pieces of one kind take, by those before, for sizes that are powers of two. A size that is not known is
 * guessed from its neighbours: one piece takes no longer than two of half the rows, and no longer than a larger one.
 */
public final class PiecePace {

    private static final int SIZES = 24;
    private static final double WEIGHT = 0.5;

    private final int rowsMin;
    private final double[] nanos = new double[SIZES];

    /** @param rowsMin rows of the smallest piece */
    public PiecePace(int rowsMin) {
        this.rowsMin = rowsMin;
    }

    /** Notes a piece; one whose size is between two counts as the smaller. */
    public void took(int rows, long took) {
        int size = Math.clamp(31 - Integer.numberOfLeadingZeros(Math.max(1, rows / rowsMin)), 0, SIZES - 1);
        double whole = took * (double) (rowsMin << size) / Math.max(rowsMin << size, rows);
        nanos[size] = nanos[size] == 0 ? whole : nanos[size] + WEIGHT * (whole - nanos[size]);
        // What was slow once is tried again when smaller pieces say that it cannot be.
        for (int i = size + 1; i < SIZES; i++) {
            nanos[i] = Math.min(nanos[i], 2 * nanos[i - 1]);
        }
    }

    /** Rows of the largest piece that takes no longer; those of the smallest if none does, or none is known. */
    public int rowsWithin(long nanosMax) {
        int size = 0;
        while (size + 1 < SIZES - 8 && known() && expected(size + 1) <= nanosMax) {
            size++;
        }
        return rowsMin << size;
    }

    /** What the smallest piece takes; 0: not known. */
    public long pieceNanos() {
        return (long) expected(0);
    }

    private boolean known() {
        return Arrays.stream(nanos).anyMatch(value -> value > 0);
    }

    private double expected(int size) {
        if (nanos[size] > 0) {
            return nanos[size];
        }
        double larger = 0;
        for (int above = size + 1; above < SIZES && larger == 0; above++) {
            larger = nanos[above];
        }
        for (int below = size - 1; below >= 0; below--) {
            if (nanos[below] > 0) {
                double twice = nanos[below] * (1 << size - below);
                return larger == 0 ? twice : Math.min(twice, larger);
            }
        }
        return larger;
    }
}
