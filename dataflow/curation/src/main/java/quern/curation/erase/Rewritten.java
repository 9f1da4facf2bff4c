package quern.curation.erase;

import quern.curation.DatasetManifest;

/**
 * A dataset after an erasure.
 *
 * @param manifest of the new one
 * @param tombstone of the old one: what has gone and what has come back
 */
public record Rewritten(DatasetManifest manifest, DatasetManifest.Tombstone tombstone) {}
