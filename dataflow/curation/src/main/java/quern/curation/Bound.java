package quern.curation;

/**
 * What a filter judges by.
 *
 * @param stat key of the measured number under {@link Draft#STATS}
 * @param keep the numbers it keeps
 */
public record Bound(String stat, Interval keep) {}
