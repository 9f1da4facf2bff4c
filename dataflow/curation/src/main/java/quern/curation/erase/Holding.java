package quern.curation.erase;

/**
 * What a finished dataset holds of some documents.
 *
 * @param samples kept samples of theirs, those made of several documents too
 * @param joined of these, those made of others' documents too
 * @param dropped lines of {@code rejected.jsonl} about samples of theirs that were dropped
 * @param changed the same of samples that were kept and only changed
 * @param duplicates lines of {@code duplicates.jsonl} about samples of theirs
 * @param standing samples of others that were dropped as duplicates of theirs
 * @param quoted samples of theirs that the report quotes or names
 * @param stats lines of {@code stats.jsonl}; all of them where they cannot be told apart
 * @param traces lines of the tracer's files, which do not say whose they are: all, where anything else is held
 * @param signatures files of signatures that later runs compared with: they are of all samples
 */
public record Holding(long samples, long joined, long dropped, long changed, long duplicates, long standing,
        long quoted, long stats, long traces, long signatures) {

    /** Whether the dataset would be another one without the documents. */
    public boolean isEmpty() {
        return samples + dropped + changed + duplicates + standing + quoted == 0;
    }
}
