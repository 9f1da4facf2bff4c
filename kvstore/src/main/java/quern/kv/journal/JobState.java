package quern.kv.journal;

/** Where a job is; the last three are terminal. */
public enum JobState {
    QUEUED,
    RUNNING,
    /** A cancel was accepted; the job still runs to its next safe point. */
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean terminal() {
        return compareTo(SUCCEEDED) >= 0;
    }
}
