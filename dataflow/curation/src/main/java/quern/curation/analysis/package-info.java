/**
 * Statistics of samples before anything is filtered: all that a recipe's filters measure, their exact percentiles,
 * and thresholds proposed from them. Open {@link quern.curation.analysis.Analysis} first. The command line uses it;
 * values wait in files, not in memory. One thread at a time.
 */
package quern.curation.analysis;
