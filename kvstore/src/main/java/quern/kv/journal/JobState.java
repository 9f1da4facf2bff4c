package quern.kv.journal;

/** Where a job is; the last three are terminal. */
public enum JobState {
    QUEUED,
    RUNNING,
    /** A cancel was accepted; the job still runs to its next safe point. */
    CANCELLING,
    /** A pause was accepted; the job still runs to its next safe point. */
    PAUSING,
    /** Waits until it is resumed. */
    PAUSED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean terminal() {
        return compareTo(SUCCEEDED) >= 0;
    }
}
