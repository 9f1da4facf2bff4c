package quern.inference.engine;

import java.util.Arrays;

/**
 * How long a step of decodes takes by its rows, as measured on this machine with the running workload. What was not
 * seen yet is to grow as a {@link StepProfile} does. Kernels take several rows at once, so time grows in stairs:
 * without a profile, and where its times grow faster than its rows, as if something disturbed it, what was not seen
 * is hoped to cost half of what lies between its neighbours, and beyond the largest to grow half as fast as before,
 * so that it gets tried. Nothing costs more than a larger step.
 */
final class StepTimes {

    /** Of a step that took longer than usual, and of one that did not: what others do on the machine only adds time. */
    private static final double WEIGHT_LONGER = 0.1;
    private static final double WEIGHT_SHORTER = 0.3;
    private static final double HOPE = 0.5;
    /** A step that takes longer than this many times the usual was disturbed. */
    private static final double DISTURBED = 2;
    /** After so many steps what was not seen again is forgotten: what was slow while code was cold may be fast now. */
    private static final int STEPS_REMEMBERED = 256;

    /** 0: none was seen. */
    private final double[] nanos;
    private final boolean[] seen;
    private long steps;
    private StepProfile profile = StepProfile.NONE;

    StepTimes(int rowsMax) {
        this.nanos = new double[rowsMax + 1];
        this.seen = new boolean[rowsMax + 1];
    }

    int rowsMax() {
        return nanos.length - 1;
    }

    /** Of this model and machine; only how its times grow is taken from it. */
    void adopt(StepProfile measured) {
        profile = measured;
    }

    void record(int rows, long stepNanos) {
        if (rows > rowsMax()) {
            return;
        }
        double usual = nanos[rows];
        double weight = stepNanos > usual ? WEIGHT_LONGER : WEIGHT_SHORTER;
        nanos[rows] = usual == 0 ? stepNanos : usual + weight * (Math.min(stepNanos, DISTURBED * usual) - usual);
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
        double least = hoped(rows);
        for (int larger = rows + 1; larger < nanos.length; larger++) {
            least = nanos[larger] == 0 ? least : Math.min(least, nanos[larger]);
        }
        return least;
    }

    private double hoped(int rows) {
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
        boolean measured = !profile.points().isEmpty() && rows <= profile.points().getLast().rows();
        double growth = measured ? (double) profile.nanosOf(rows) / profile.nanosOf(below) : Double.MAX_VALUE;
        if (growth * below <= rows) {
            return growth * nanos[below];
        }
        if (above < nanos.length) {
            return nanos[below] + HOPE * (nanos[above] - nanos[below]) * (rows - below) / (above - below);
        }
        return nanos[below] + HOPE * slope(below) * (rows - below);
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
