package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import quern.curation.Selector;

/**
 * Takes the samples with the largest (or smallest) values of a field, in that order, equal ones in input order.
 *
 * <p>Recipe key {@code topk_specified_field_selector}: {@code topRatio} of the samples or {@code topk}, whichever is
 * less. As in Data-Juicer 1.4.3, except that values are always compared as numbers; with
 * {@code compat: data-juicer-1.4.3} texts of a key without a dot are compared as texts.
 *
 * @param largest whether the largest are taken
 */
public record TopkSelector(String fieldKey, Double topRatio, Long topk, boolean largest, boolean compatible)
        implements Selector {

    @Override
    public String name() {
        return "topk_specified_field_selector";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        Integer take = FieldOrder.atMost(topRatio, topk, values.size());
        if (values.size() <= 1 || fieldKey.isEmpty() || take == null) {
            return FieldOrder.all(values.size());
        }
        if (compatible && fieldKey.indexOf('.') < 0 && values.stream().allMatch(JsonNode::isTextual)) {
            return Arrays.copyOf(FieldOrder.sortedTexts(values, largest), take);
        }
        return Arrays.copyOf(FieldOrder.sorted(values, largest, !largest), take);
    }
}
