package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Stat {@code text_len}: code points.
 *
 * <p>Recipe key {@code text_length_filter}. Compatible with Data-Juicer 1.4.3.
 */
public record TextLengthFilter(String textKey, Interval keep) implements RangeFilter {

    @Override
    public String name() {
        return "text_length_filter";
    }

    @Override
    public String statKey() {
        return "text_len";
    }

    @Override
    public double measure(TextView text) {
        return text.codePointCount();
    }
}
