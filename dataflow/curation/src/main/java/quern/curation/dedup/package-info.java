/**
 * Deduplicators: whole texts and pieces of them by hash, near ones by MinHash bands and SimHash distance. They hold
 * signatures, never texts, and what does not fit in the memory allowed is sorted on disk with the same result. Open
 * {@link quern.curation.dedup.MinHashDeduplicator} first, then {@code PairSorter} and {@code Components}. Made by
 * {@code quern.curation.library}; operators are immutable and sign on any thread, a decision runs on one.
 */
package quern.curation.dedup;
