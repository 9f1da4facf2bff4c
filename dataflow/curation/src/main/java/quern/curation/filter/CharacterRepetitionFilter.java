package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Drops texts in which a few character n-grams make up much of the whole.
 *
 * <p>Recipe key {@code character_repetition_filter}. Stat {@code char_rep_ratio}, see
 * {@link TextView#characterRepetition}. Compatible with Data-Juicer 1.4.3.
 *
 * @param length code points of an n-gram
 */
public record CharacterRepetitionFilter(String textKey, Interval keep, int length) implements RangeFilter {

    @Override
    public String name() {
        return "character_repetition_filter";
    }

    @Override
    public String statKey() {
        return "char_rep_ratio";
    }

    @Override
    public double measure(TextView text) {
        return text.characterRepetition(length);
    }
}
