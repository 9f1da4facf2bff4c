/**
 * Selectors: choose samples by one field of all of them. Open {@link quern.curation.selector.TopkSelector} first.
 * Made by {@code quern.curation.library}; immutable and safe for several threads.
 */
package quern.curation.selector;
