package quern.curation.filter;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.function.ToDoubleFunction;
import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.text.TextView;

/**
 * Keeps texts that a language model finds likely enough, and not too likely.
 *
 * <p>Recipe key {@code perplexity_filter}. Stat {@code perplexity}, rounded to one decimal; that of a KenLM model that
 * the recipe names, as Data-Juicer measures it, else that of the served model, for which thresholds have to be chosen
 * anew.
 */
public record PerplexityFilter(String textKey, Interval keep, ToDoubleFunction<String> perplexity)
        implements RangeFilter {

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
        double exact = text.isEmpty() ? 0.0 : perplexity.applyAsDouble(text.text());
        return Double.isFinite(exact) ? new BigDecimal(exact).setScale(1, RoundingMode.HALF_EVEN).doubleValue() : exact;
    }
}
