package quern.curation.filter;

import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Verdict;

/**
 * Keeps samples for which a condition over their fields holds.
 *
 * <p>Recipe key {@code general_field_filter}. Stat {@code general_field_filter_condition}. The condition is that of
 * Data-Juicer 1.4.3: comparisons, {@code and}, {@code or}, dotted names and literals; a comparison with a missing or
 * null side is false. Anything else is refused before data is read. An empty condition keeps all.
 */
public final class GeneralFieldFilter implements Filter {

    private static final int CONDITION_CHARACTERS_MAX = 10_000;

    private final Condition condition;

    /** @throws IllegalArgumentException if the condition is not understood */
    public GeneralFieldFilter(String condition) {
        if (condition.length() > CONDITION_CHARACTERS_MAX) {
            throw new IllegalArgumentException("filter_condition has " + condition.length() + " characters, at most "
                    + CONDITION_CHARACTERS_MAX);
        }
        this.condition = condition.isBlank() ? null : Condition.parse(condition);
    }

    @Override
    public String name() {
        return "general_field_filter";
    }

    @Override
    public Verdict judge(Draft draft) {
        boolean holds = condition == null || Condition.isTrue(condition.over(draft.fields()));
        draft.stats().put("general_field_filter_condition", holds);
        return holds ? Verdict.keep() : Verdict.drop("condition does not hold");
    }
}
