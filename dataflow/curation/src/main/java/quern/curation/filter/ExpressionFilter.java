package quern.curation.filter;

import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Verdict;
import quern.curation.expression.Expression;

/**
 * Keeps samples for which an expression over their fields is true; reversed, the others.
 *
 * <p>Recipe key {@code expression_filter}; Quern's own, in place of Python code. See {@link Expression}.
 */
public record ExpressionFilter(Expression condition, boolean reversed) implements Filter {

    @Override
    public String name() {
        return "expression_filter";
    }

    @Override
    public Verdict judge(Draft draft) {
        boolean holds = Expression.isTrue(condition.over(draft.fields()));
        return holds != reversed ? Verdict.keep() : Verdict.drop(reversed ? "condition holds"
                : "condition does not hold");
    }
}
