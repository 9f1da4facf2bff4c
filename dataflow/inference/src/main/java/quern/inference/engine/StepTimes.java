package quern.inference.engine;

import java.util.Arrays;

/**
 * How long a step of decodes takes by its rows, as measured on this machine with the running workload. What was not
 * measured lies between its neighbours; beyond the largest it grows half as fast as before, so that it gets tried.
 */
final class StepTimes {

    private static final double WEIGHT = 0.2;
    /** A step that takes longer than this many times the usual was disturbed. */
    private static final double DISTURBED = 2;
    /** After so many steps what was not seen again is forgotten: what was slow while code was cold may be fast now. */
    private static final int STEPS_REMEMBERED = 256;

    /** 0: none was seen. */
    private final double[] nanos;
    private final boolean[] seen;
    private long steps;

    StepTimes(int rowsMax) {
        this.nanos = new double[rowsMax + 1];
        this.seen = new boolean[rowsMax + 1];
    }

    int rowsMax() {
        return nanos.length - 1;
    }

    void record(int rows, long stepNanos) {
        if (rows > rowsMax()) {
            return;
        }
        double usual = nanos[rows];
        nanos[rows] = usual == 0 ? stepNanos : usual + WEIGHT * (Math.min(stepNanos, DISTURBED * usual) - usual);
        seen[rows] = true;
        if (++steps % STEPS_REMEMBERED == 0) {
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = seen[i] ? nanos[i] : 0;
            }
            Arrays.fill(seen, false);
        }
    }

    /** Nanoseconds of a step; 1 until something was measured. */
    double of(int rows) {
        int below = Math.min(rows, rowsMax());
        while (below > 0 && nanos[below] == 0) {
            below--;
        }
        int above = rows;
        while (above < nanos.length && nanos[above] == 0) {
            above++;
        }
        if (below == 0) {
            return above < nanos.length ? nanos[above] : 1;
        }
        if (below == rows) {
            return nanos[rows];
        }
        if (above < nanos.length) {
            return nanos[below] + (nanos[above] - nanos[below]) * (rows - below) / (above - below);
        }
        return nanos[below] + 0.5 * slope(below) * (rows - below);
    }

    /** Nanoseconds a row adds on the way to {@code largest}; 0 if nothing smaller was seen. */
    private double slope(int largest) {
        int least = 1;
        while (least < largest && nanos[least] == 0) {
            least++;
        }
        return least == largest ? 0 : Math.max(0, (nanos[largest] - nanos[least]) / (largest - least));
    }
}
