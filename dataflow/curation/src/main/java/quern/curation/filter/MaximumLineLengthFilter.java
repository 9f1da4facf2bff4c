package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Stat {@code max_line_length}: code points of the longest line without its end; 0 without a line.
 *
 * <p>Recipe key {@code maximum_line_length_filter}. Compatible with Data-Juicer 1.4.3.
 */
public record MaximumLineLengthFilter(String textKey, Interval keep) implements RangeFilter {

    @Override
    public String name() {
        return "maximum_line_length_filter";
    }

    @Override
    public String statKey() {
        return "max_line_length";
    }

    @Override
    public double measure(TextView text) {
        return text.longestLine();
    }
}
