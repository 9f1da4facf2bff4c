package quern.curation.filter;

import java.util.regex.Pattern;
import quern.curation.Interval;
import quern.curation.RangeFilter;
import quern.curation.grammar.ActionCounter;
import quern.curation.text.TextView;

/**
 * Keeps texts that tell of enough actions.
 *
 * <p>Recipe key {@code text_action_filter}. Stat {@code num_action}: full verbs. Data-Juicer 1.4.3 counts those of a
 * spaCy model; here they are those of OpenNLP (English) and HanLP (Chinese), which tag some words differently.
 */
public record TextActionFilter(String textKey, Interval keep, ActionCounter counter) implements RangeFilter {

    private static final Pattern SPECIAL_TOKEN = Pattern.compile("<__dj__\\w{1,20}>|<\\|__dj__\\w{1,20}\\|>");

    @Override
    public String name() {
        return "text_action_filter";
    }

    @Override
    public String statKey() {
        return "num_action";
    }

    @Override
    public double measure(TextView text) {
        return counter.actions(SPECIAL_TOKEN.matcher(text.text()).replaceAll(""));
    }
}
