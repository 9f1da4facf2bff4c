package quern.kv.journal;

import java.util.Optional;

/**
 * Says that a dataset was rewritten without a document that was erased, and under which name it goes on.
 *
 * @param id of the old dataset
 * @param fingerprint of its manifest
 * @param nextId of the new one
 * @param nextFingerprint of its manifest
 * @param documentId what was erased
 */
public record TombstoneRecord(
        String id, String fingerprint, String nextId, String nextFingerprint, String documentId, long atMs) {

    private static final int STEPS_MAX = 10_000;

    /** A dataset by its id, or what goes on in its place where it was rewritten. */
    public static Optional<DatasetRecord> dataset(Catalogue catalogue, String id) {
        String at = id;
        for (int step = 0; step < STEPS_MAX; step++) {
            Optional<DatasetRecord> found = catalogue.get(RecordKind.DATASET, at, DatasetRecord.class);
            Optional<TombstoneRecord> moved = found.isPresent() ? Optional.empty()
                    : catalogue.get(RecordKind.TOMBSTONE, at, TombstoneRecord.class);
            if (moved.isEmpty()) {
                return found;
            }
            at = moved.get().nextId();
        }
        throw new CatalogueDamaged("dataset " + id + ": its tombstones lead nowhere", null);
    }
}
