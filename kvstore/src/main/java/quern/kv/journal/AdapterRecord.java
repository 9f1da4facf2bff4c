package quern.kv.journal;

import java.util.Optional;

/**
 * A tuned adapter.
 *
 * @param fingerprint SHA-256 of its weights, in hex
 * @param baseFingerprint of the model it belongs to
 * @param path PEFT directory, relative to the data directory
 * @param gateJson the evaluation gate's result, with everything needed to repeat it
 */
public record AdapterRecord(
        String id,
        String name,
        String fingerprint,
        String baseFingerprint,
        String datasetId,
        String jobId,
        String path,
        AdapterState state,
        Optional<String> gateJson,
        Ownership ownership,
        long createdAtMs) {

    /** Why it may not be served or built upon, if it may not. */
    public Optional<String> unfit() {
        return switch (state) {
            case CANDIDATE, REFUSED -> Optional.of("did not pass its evaluation gate");
            case ERASED -> Optional.of("was erased with a document that it had learnt from");
            case PASSED, LIVE, RETIRED, WITHHELD, REMOVED -> Optional.empty();
        };
    }

    public AdapterRecord withState(AdapterState next) {
        return new AdapterRecord(
                id, name, fingerprint, baseFingerprint, datasetId, jobId, path, next, gateJson, ownership,
                createdAtMs);
    }

    public AdapterRecord withGate(String result, AdapterState next) {
        return new AdapterRecord(
                id, name, fingerprint, baseFingerprint, datasetId, jobId, path, next, Optional.of(result), ownership,
                createdAtMs);
    }
}
