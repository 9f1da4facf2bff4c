package quern.kv.journal;

/** Whether an adapter may be served. */
public enum AdapterState {
    /** Tuned, the gate has not spoken. */
    CANDIDATE,
    /** Passed the gate and waits for somebody's word: answers by its own id, no alias points to it. */
    PASSED,
    /** Passed the gate, published. */
    LIVE,
    /** Was live, another took its place; whoever names it by its own id is answered by it still. */
    RETIRED,
    /** Passed the gate and was not published, since what it learnt from was put into quarantine meanwhile. */
    WITHHELD,
    /** Did not pass the gate. */
    REFUSED,
    /** Was taken away: served to nobody, whatever alias points to it, until somebody publishes it again. */
    REMOVED,
    /** Held something of a document that was erased: its files are gone, this record says that it was. */
    ERASED;

    /** Whether requests that name it by its own id are answered by it. */
    public boolean served() {
        return this == PASSED || this == LIVE || this == RETIRED;
    }
}
