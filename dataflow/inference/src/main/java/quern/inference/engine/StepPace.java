package quern.inference.engine;

/**
 * How long rows take on this machine: the profile measured once, corrected by the latest steps that were large
 * enough to tell (longer contexts make steps slower, warm code makes them faster), or these alone.
 */
final class StepPace {

    private static final int STEPS_MIN = 4;

    private final int rowsMin;
    private StepProfile profile = StepProfile.NONE;
    /** Time of the latest steps over what the profile says; without a profile, their time per row. */
    private double factor;
    private double leastPerRow;
    private int steps;

    /** @param rowsMin steps of fewer rows say more about reading the weights than about rows */
    StepPace(int rowsMin) {
        this.rowsMin = rowsMin;
    }

    void adopt(StepProfile measured) {
        profile = measured;
        factor = 0;
    }

    void record(int rows, long nanos) {
        if (rows >= rowsMin) {
            double perRow = nanos / (double) rows;
            double latest = measured() ? nanos / (double) profile.nanosOf(rows) : perRow;
            factor = factor == 0 ? latest : 0.5 * factor + 0.5 * latest;
            leastPerRow = steps == 0 ? perRow : Math.min(leastPerRow, perRow);
            steps++;
        }
    }

    private boolean measured() {
        return !profile.points().isEmpty();
    }

    /** Time that so many rows take at the best pace seen; 0 until there was enough to see: the first steps are cold. */
    long leastNanos(int rows) {
        return steps < STEPS_MIN ? 0 : (long) (rows * leastPerRow);
    }

    /** Rows that fit into a time; any number until something was measured. */
    int rowsWithin(long nanos) {
        if (measured()) {
            return profile.rowsWithin((long) (nanos / (factor == 0 ? 1 : factor)));
        }
        return factor == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, nanos / factor);
    }
}
