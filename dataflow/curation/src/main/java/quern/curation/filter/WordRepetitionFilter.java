package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Drops texts in which many word n-grams occur more than once.
 *
 * <p>Recipe key {@code word_repetition_filter}. Stat {@code word_rep_ratio}: occurrences of n-grams of lower-cased
 * words that occur more than once over all occurrences; 0 for fewer words than an n-gram has. Compatible with
 * Data-Juicer 1.4.3.
 *
 * @param length words of an n-gram
 */
public record WordRepetitionFilter(String textKey, Interval keep, WordSource source, int length)
        implements RangeFilter {

    @Override
    public String name() {
        return "word_repetition_filter";
    }

    @Override
    public String statKey() {
        return "word_rep_ratio";
    }

    @Override
    public double measure(TextView text) {
        return source.words(text, true).repetition(length);
    }
}
