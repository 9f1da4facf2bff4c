package quern.kv.journal;

import java.util.Optional;

/**
 * The erasure of a document, from the moment it was asked for. It holds no text of the document.
 *
 * @param jobId the job that does it, the last one where it took several; empty until there is one
 * @param retrain whether what was tuned on it is tuned anew without it
 * @param everywhere whether other keys' files that contain it go too
 * @param ownership of whoever asked for it
 * @param factsJson what was found and done so far; only the job's code reads it
 * @param proofSha256 of the proof's file, in hex, once it is done
 * @param doneAtMs once it is done; until then it goes on with every start
 */
public record ErasureRecord(
        String documentId, String jobId, boolean retrain, boolean everywhere, Ownership ownership, String factsJson,
        Optional<String> proofSha256, long begunAtMs, Optional<Long> doneAtMs) {

    public static ErasureRecord begun(
            String documentId, boolean retrain, boolean everywhere, Ownership ownership, long nowMs) {
        return new ErasureRecord(
                documentId, "", retrain, everywhere, ownership, "{}", Optional.empty(), nowMs, Optional.empty());
    }

    public boolean done() {
        return doneAtMs.isPresent();
    }

    public ErasureRecord by(String job) {
        return new ErasureRecord(
                documentId, job, retrain, everywhere, ownership, factsJson, proofSha256, begunAtMs, doneAtMs);
    }

    public ErasureRecord found(String facts) {
        return new ErasureRecord(
                documentId, jobId, retrain, everywhere, ownership, facts, proofSha256, begunAtMs, doneAtMs);
    }

    public ErasureRecord proved(String proof, long nowMs) {
        return new ErasureRecord(documentId, jobId, retrain, everywhere, ownership, factsJson, Optional.of(proof),
                begunAtMs, Optional.of(nowMs));
    }
}
