package quern.curation.filter;

import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.TextModel;
import quern.curation.text.TextView;

/**
 * Keeps texts that a language model finds likely enough, and not too likely.
 *
 * <p>Recipe key {@code perplexity_filter}. Stat {@code perplexity}, rounded to one decimal; that of the bound
 * {@link TextModel}, which is not that of Data-Juicer's KenLM models: thresholds have to be chosen for the model.
 */
public record PerplexityFilter(String textKey, Interval keep, TextModel model) implements RangeFilter {

    @Override
    public String name() {
        return "perplexity_filter";
    }

    @Override
    public String statKey() {
        return "perplexity";
    }

    @Override
    public double measure(TextView text) {
        return text.isEmpty() ? 0.0 : Math.rint(model.perplexity(text.text()) * 10) / 10;
    }
}
