package quern.inference.engine;

/** How long a row takes on this machine, from the latest steps that were large enough to tell. */
final class StepPace {

    private final int rowsMin;
    private double nanosPerRow;
    private double leastPerRow;

    /** @param rowsMin steps of fewer rows say more about reading the weights than about rows */
    StepPace(int rowsMin) {
        this.rowsMin = rowsMin;
    }

    void record(int rows, long nanos) {
        if (rows >= rowsMin) {
            double latest = nanos / (double) rows;
            nanosPerRow = nanosPerRow == 0 ? latest : 0.5 * nanosPerRow + 0.5 * latest;
            leastPerRow = leastPerRow == 0 ? latest : Math.min(leastPerRow, latest);
        }
    }

    /** Time that so many rows take at the best pace seen; 0 until something was measured. */
    long leastNanos(int rows) {
        return (long) (rows * leastPerRow);
    }

    /** Rows that fit into a time; any number until something was measured. */
    int rowsWithin(long nanos) {
        return nanosPerRow == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, nanos / nanosPerRow);
    }
}
