package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Stat {@code avg_line_length}: code points of the whole text, line ends included, over its lines; 0 without a line.
 *
 * <p>Recipe key {@code average_line_length_filter}. Compatible with Data-Juicer 1.4.3.
 */
public record AverageLineLengthFilter(String textKey, Interval keep) implements RangeFilter {

    @Override
    public String name() {
        return "average_line_length_filter";
    }

    @Override
    public String statKey() {
        return "avg_line_length";
    }

    @Override
    public double measure(TextView text) {
        return text.lineCount() == 0 ? 0.0 : (double) text.codePointCount() / text.lineCount();
    }
}
