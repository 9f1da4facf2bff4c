package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.PieceSource;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Keeps a sample whose share of letters and digits lies in an interval.
 *
 * <p>Recipe key {@code alphanumeric_filter}. Stat {@code alnum_ratio}: code points of Unicode categories L and N over
 * all code points, 0 for an empty text. With a tokenizer, stat {@code alpha_token_ratio}: letters over tokens, 0
 * without tokens. Compatible with Data-Juicer 1.4.3, except that the tokens are those of the bound
 * model, or of a file that the recipe names.
 *
 * @param tokenizer null to measure by code points
 */
public record AlphanumericFilter(String textKey, Interval keep, PieceSource tokenizer) implements RangeFilter {

    @Override
    public String name() {
        return "alphanumeric_filter";
    }

    @Override
    public String statKey() {
        return tokenizer == null ? "alnum_ratio" : "alpha_token_ratio";
    }

    @Override
    public double measure(TextView text) {
        if (tokenizer == null) {
            return text.isEmpty() ? 0.0 : (double) text.alphanumericCount() / text.codePointCount();
        }
        int tokens = tokenizer.pieces(text.text()).length;
        return tokens == 0 ? 0.0 : (double) text.letterCount() / tokens;
    }
}
