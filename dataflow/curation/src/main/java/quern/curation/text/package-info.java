/**
 * What operators share about text: counts over code points, word splitting, n-gram counting and Python's string rules
 * that Data-Juicer's results depend on. Open {@link quern.curation.text.TextView} first. Used by
 * {@code quern.curation} and its operators only; a view has one owner, everything else is immutable.
 */
package quern.curation.text;
