/**
 * Finds keys, tokens and passwords in texts. Open {@link quern.curation.secret.SecretFinder} first. Used by operators
 * that {@code quern.curation.library} makes; immutable and safe for several threads.
 */
package quern.curation.secret;
