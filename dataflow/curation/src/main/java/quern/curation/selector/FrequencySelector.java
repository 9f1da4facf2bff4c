package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quern.curation.SampleException;
import quern.curation.Selector;

/**
 * Takes the samples whose value of a field is among the most (or least) frequent ones, group by group.
 *
 * <p>Recipe key {@code frequency_specified_field_selector}. Groups of equal size stay in order of first appearance.
 * Compatible with Data-Juicer 1.4.3.
 *
 * @param largest whether the most frequent values are taken
 */
public record FrequencySelector(String fieldKey, Double topRatio, Long topk, boolean largest) implements Selector {

    @Override
    public String name() {
        return "frequency_specified_field_selector";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        Map<Object, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            groups.computeIfAbsent(key(values.get(i)), _ -> new ArrayList<>()).add(i);
        }
        Integer take = FieldOrder.atMost(topRatio, topk, groups.size());
        if (values.size() <= 1 || fieldKey.isEmpty() || take == null) {
            return FieldOrder.all(values.size());
        }
        Comparator<List<Integer>> bySize = Comparator.comparingInt(List::size);
        return groups.values().stream().sorted(largest ? bySize.reversed() : bySize).limit(take)
                .flatMapToInt(group -> group.stream().mapToInt(Integer::intValue)).toArray();
    }

    private Object key(JsonNode value) {
        if (value.isContainerNode()) {
            throw new SampleException("field " + fieldKey + " holds a list or an object");
        }
        return value.isNumber() ? (Object) value.doubleValue() : value.isMissingNode() || value.isNull() ? "" : value;
    }
}
