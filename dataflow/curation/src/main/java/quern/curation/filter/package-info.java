/**
 * Filters: each measures one thing of a sample and keeps it or drops it with a reason. Open
 * {@link quern.curation.filter.AlphanumericFilter} for the shape of most. Made by {@code quern.curation.library};
 * immutable and safe for several threads.
 */
package quern.curation.filter;
