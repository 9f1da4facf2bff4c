package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.PieceSource;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/** Keeps texts with a number of tokens in an interval. Recipe key {@code token_num_filter}, stat {@code num_token}. */
public record TokenNumFilter(String textKey, Interval keep, PieceSource tokenizer) implements RangeFilter {

    @Override
    public String name() {
        return "token_num_filter";
    }

    @Override
    public String statKey() {
        return "num_token";
    }

    @Override
    public double measure(TextView text) {
        return tokenizer.pieces(text.text()).length;
    }
}
