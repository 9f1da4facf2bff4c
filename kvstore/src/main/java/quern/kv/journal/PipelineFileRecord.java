package quern.kv.journal;

/**
 * A file of a watched folder as a standing pipeline last saw it.
 *
 * @param path within the folder, with slashes
 * @param documentId what it became; empty: it was refused
 * @param refusal why; empty: it was not
 */
public record PipelineFileRecord(
        String pipeline, String path, long bytes, long modifiedAtMs, String documentId, String refusal) {

    /** Whether the file still is as it was then. */
    public boolean isSame(long nowBytes, long nowModifiedAtMs) {
        return bytes == nowBytes && modifiedAtMs == nowModifiedAtMs;
    }
}
