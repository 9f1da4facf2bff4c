package quern.curation.mapper;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.expression.Expression;

/**
 * Sets fields to the values of expressions, one after the other: a later one sees what an earlier one set.
 *
 * <p>Recipe key {@code expression_mapper}; Quern's own, in place of Data-Juicer's {@code python_lambda_mapper}. See
 * {@link Expression}.
 */
public final class ExpressionMapper implements Mapper {

    private final Map<String, Expression> assignments = new LinkedHashMap<>();

    /**
     * @param assignments field, a dotted path, to expression
     * @throws IllegalArgumentException if one is no expression
     */
    public ExpressionMapper(Map<String, String> assignments) {
        if (assignments.isEmpty()) {
            throw new IllegalArgumentException("assign names no field, expected for example"
                    + " assign: {text: \"text.strip()\"}");
        }
        assignments.forEach((field, text) -> this.assignments.put(field,
                Expression.parse("assign." + field, text, Expression.Nothing.STRICT)));
    }

    @Override
    public String name() {
        return "expression_mapper";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        assignments.forEach((field, expression) -> {
            JsonNode value = expression.over(draft.fields());
            draft.setField(field, value.isContainerNode() ? value.deepCopy() : value);
        });
        return List.of(draft);
    }
}
