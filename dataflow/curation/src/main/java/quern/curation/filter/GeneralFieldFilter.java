package quern.curation.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Verdict;
import quern.curation.expression.Expression;

/**
 * Keeps samples for which a condition over their fields holds.
 *
 * <p>Recipe key {@code general_field_filter}. Stat {@code general_field_filter_condition}. A comparison with a missing
 * or null side is false; an empty condition keeps all. The condition may be any {@link Expression}, and
 * {@code reversed_range} keeps the samples for which it does not hold. With {@code compat: data-juicer-1.4.3} it is
 * theirs: comparisons, {@code and}, {@code or}, dotted names and literals that are not negative, anything else is
 * refused before data is read, and {@code reversed_range} has no effect.
 */
public final class GeneralFieldFilter implements Filter {

    private static final int CONDITION_CHARACTERS_MAX = 10_000;

    private final Function<ObjectNode, JsonNode> condition;
    private final boolean reversed;

    private GeneralFieldFilter(Function<ObjectNode, JsonNode> condition, boolean reversed) {
        this.condition = condition;
        this.reversed = reversed;
    }

    /** @throws IllegalArgumentException if the condition is not understood */
    public static GeneralFieldFilter of(String condition, boolean reversed) {
        Expression expression = condition.isBlank() ? null
                : Expression.parse("filter_condition", condition, Expression.Nothing.FALSE);
        return new GeneralFieldFilter(expression == null ? null : expression::over, reversed && expression != null);
    }

    /** As Data-Juicer 1.4.3 reads it. @throws IllegalArgumentException if the condition is not understood */
    public static GeneralFieldFilter compatible(String condition) {
        if (condition.length() > CONDITION_CHARACTERS_MAX) {
            throw new IllegalArgumentException("filter_condition has " + condition.length() + " characters, at most "
                    + CONDITION_CHARACTERS_MAX);
        }
        Condition parsed = condition.isBlank() ? null : Condition.parse(condition);
        return new GeneralFieldFilter(parsed == null ? null : parsed::over, false);
    }

    @Override
    public String name() {
        return "general_field_filter";
    }

    @Override
    public Verdict judge(Draft draft) {
        boolean holds = condition == null || Expression.isTrue(condition.apply(draft.fields()));
        draft.stats().put("general_field_filter_condition", holds);
        return holds != reversed ? Verdict.keep()
                : Verdict.drop(holds ? "condition holds" : "condition does not hold");
    }
}
