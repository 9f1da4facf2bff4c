/**
 * Groupers: join samples into one whose fields are lists, and take such samples apart. Open
 * {@link quern.curation.grouper.ListGrouper} first. Made by {@code quern.curation.library}; immutable and safe for
 * several threads.
 */
package quern.curation.grouper;
