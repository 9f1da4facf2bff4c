/**
 * Deduplicators: exact by hash, near by MinHash bands, near by SimHash distance. They hold signatures, never texts.
 * Open {@link quern.curation.dedup.MinHashDeduplicator} first. Made by {@code quern.curation.library}; immutable and
 * safe for several threads, but {@code duplicates} is one long call.
 */
package quern.curation.dedup;
