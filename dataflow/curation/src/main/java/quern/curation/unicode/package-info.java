/**
 * Repair of text that was damaged on its way: decoded with the wrong encoding, HTML-escaped twice, curled, widened.
 * Open {@link quern.curation.unicode.UnicodeFixer} first. The rules are those of ftfy 6.3, so that results equal
 * Data-Juicer's. Used by {@code quern.curation.mapper}; stateless.
 */
package quern.curation.unicode;
