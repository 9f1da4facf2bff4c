package quern.curation;

/** A sample behind a segment of a stage. */
sealed interface Passed {

    /** Goes on. @param keys for the deduplicator that decides next; null where none does */
    record Going(Draft draft, StreamDeduplicator.Keys keys) implements Passed {}

    /**
     * Came through the stage, as it is to be written.
     *
     * @param line JSON with its line end
     * @param sampleId its id when it was written
     * @param signature for the deduplicator that decides behind the stage; null where it does not take part
     * @param documentId of the document, or of several, a line each
     * @param stats a line of them, or empty; null where they are not written yet
     * @param lineage a line of it, or empty where the sample holds it; null where it is not written yet
     * @param changed null where its text was not changed, or that is not written yet
     */
    record Ready(byte[] line, String sampleId, byte[] signature, String documentId, byte[] stats, byte[] lineage,
            RejectLog.Entry changed)
            implements Passed {}

    record Dropped(RejectLog.Entry entry) implements Passed {}
}
