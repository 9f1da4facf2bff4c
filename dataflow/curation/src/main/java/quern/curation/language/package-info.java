/**
 * Language identification: OpenNLP's detector for 103 languages by default, or a fastText model the user names. Open
 * {@link quern.curation.language.OpenNlpDetector} first. Made by {@code quern.curation.library}; safe for several
 * threads.
 */
package quern.curation.language;
