package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Keeps texts with a number of words in an interval.
 *
 * <p>Recipe key {@code words_num_filter}. Stat {@code num_words}: words that are more than special characters.
 * Compatible with Data-Juicer 1.4.3.
 */
public record WordsNumFilter(String textKey, Interval keep, WordSource source) implements RangeFilter {

    @Override
    public String name() {
        return "words_num_filter";
    }

    @Override
    public String statKey() {
        return "num_words";
    }

    @Override
    public double measure(TextView text) {
        return source.words(text, false).count();
    }
}
