package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Stat {@code special_char_ratio}: special code points (spaces, digits and line ends among them) over all; 0 for an
 * empty text.
 *
 * <p>Recipe key {@code special_characters_filter}. Compatible with Data-Juicer 1.4.3.
 */
public record SpecialCharactersFilter(String textKey, Interval keep) implements RangeFilter {

    @Override
    public String name() {
        return "special_characters_filter";
    }

    @Override
    public String statKey() {
        return "special_char_ratio";
    }

    @Override
    public double measure(TextView text) {
        return text.isEmpty() ? 0.0 : (double) text.specialCount() / text.codePointCount();
    }
}
