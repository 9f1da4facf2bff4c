package quern.kv.journal;

import java.util.Optional;

/**
 * The erasure of a document, from the moment it was asked for. It holds no text of the document.
 *
 * @param jobId the job that does it, the last one where it took several; empty until there is one
 * @param retrain whether what was tuned on it is tuned anew without it
 * @param everywhere whether other keys' files that contain it go too
 * @param acceptRemaining whether it ends also where text of the document is found that nothing leads to
 * @param ownership of whoever asked for it
 * @param factsJson what was found and done so far; only the job's code reads it
 * @param proofSha256 of the proof's file, in hex, once it is done or incomplete
 * @param incompleteAtMs when such text was found and not accepted; it waits to be asked for again
 * @param doneAtMs once it is done; until then it goes on with every start
 */
public record ErasureRecord(
        String documentId, String jobId, boolean retrain, boolean everywhere, boolean acceptRemaining,
        Ownership ownership, String factsJson, Optional<String> proofSha256, long begunAtMs,
        Optional<Long> incompleteAtMs, Optional<Long> doneAtMs) {

    public static ErasureRecord begun(String documentId, boolean retrain, boolean everywhere, boolean acceptRemaining,
            Ownership ownership, long nowMs) {
        return new ErasureRecord(documentId, "", retrain, everywhere, acceptRemaining, ownership, "{}",
                Optional.empty(), nowMs, Optional.empty(), Optional.empty());
    }

    public boolean done() {
        return doneAtMs.isPresent();
    }

    /** Whether it waits until what it found is gone or accepted. */
    public boolean incomplete() {
        return !done() && incompleteAtMs.isPresent();
    }

    public ErasureRecord by(String job) {
        return new ErasureRecord(documentId, job, retrain, everywhere, acceptRemaining, ownership, factsJson,
                proofSha256, begunAtMs, incompleteAtMs, doneAtMs);
    }

    public ErasureRecord found(String facts) {
        return new ErasureRecord(documentId, jobId, retrain, everywhere, acceptRemaining, ownership, facts,
                proofSha256, begunAtMs, incompleteAtMs, doneAtMs);
    }

    /** Asked for again. @param accept whether it ends from now on whatever is left */
    public ErasureRecord again(boolean accept) {
        return new ErasureRecord(documentId, jobId, retrain, everywhere, acceptRemaining || accept, ownership,
                factsJson, proofSha256, begunAtMs, Optional.empty(), doneAtMs);
    }

    public ErasureRecord leftIncomplete(String proof, long nowMs) {
        return new ErasureRecord(documentId, jobId, retrain, everywhere, acceptRemaining, ownership, factsJson,
                Optional.of(proof), begunAtMs, Optional.of(nowMs), Optional.empty());
    }

    public ErasureRecord proved(String proof, long nowMs) {
        return new ErasureRecord(documentId, jobId, retrain, everywhere, acceptRemaining, ownership, factsJson,
                Optional.of(proof), begunAtMs, Optional.empty(), Optional.of(nowMs));
    }
}
