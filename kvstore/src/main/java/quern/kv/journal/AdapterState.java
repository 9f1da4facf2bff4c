package quern.kv.journal;

/** Whether an adapter may be served. */
public enum AdapterState {
    /** Tuned, the gate has not spoken. */
    CANDIDATE,
    /** Passed the gate, published. */
    LIVE,
    /** Was live, another took its place. */
    RETIRED,
    /** Did not pass the gate. */
    REFUSED,
    /** Was taken away: served to nobody, whatever alias points to it, until somebody publishes it again. */
    REMOVED,
    /** Held something of a document that was erased: its files are gone, this record says that it was. */
    ERASED
}
