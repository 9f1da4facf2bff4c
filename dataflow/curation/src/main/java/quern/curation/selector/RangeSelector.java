package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import quern.curation.Selector;

/**
 * Takes the samples whose rank by a field lies between two ranks, largest first.
 *
 * <p>Recipe key {@code range_specified_field_selector}: of the {@code upper} smallest the {@code upper - lower}
 * largest, where the lower rank is the larger of percentile and rank given, the upper the smaller. Compatible with
 * Data-Juicer 1.4.3.
 */
public record RangeSelector(String fieldKey, Double lowerPercentile, Double upperPercentile, Long lowerRank,
        Long upperRank)
        implements Selector {

    @Override
    public String name() {
        return "range_specified_field_selector";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        int count = values.size();
        boolean bounded = (lowerPercentile != null || lowerRank != null)
                && (upperPercentile != null || upperRank != null);
        if (count <= 1 || fieldKey.isEmpty() || !bounded) {
            return FieldOrder.all(count);
        }
        int lower = Math.max(lowerPercentile == null ? 0 : (int) (lowerPercentile * count),
                lowerRank == null ? 0 : (int) Math.min(count, lowerRank));
        int upper = FieldOrder.atMost(upperPercentile, upperRank, count);
        upper = Math.max(lower, upper);
        int[] smallest = Arrays.copyOf(FieldOrder.sorted(values, false, false), upper);
        List<JsonNode> chosen = Arrays.stream(smallest).mapToObj(values::get).toList();
        int[] descending = FieldOrder.sorted(chosen, true, false);
        return Arrays.stream(descending).limit(upper - lower).map(i -> smallest[i]).toArray();
    }
}
