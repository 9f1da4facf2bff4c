package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import quern.curation.Selector;

/**
 * Takes a random share or number of samples, whichever is less, the same ones each time.
 *
 * <p>Recipe key {@code random_selector}. The count is Data-Juicer's, the members are not: those depend on NumPy's
 * generator.
 */
public record RandomSelector(Double selectRatio, Long selectNum) implements Selector {

    private static final long SEED = 42;

    @Override
    public String name() {
        return "random_selector";
    }

    @Override
    public String fieldKey() {
        return "";
    }

    @Override
    public int[] select(List<JsonNode> values) {
        Integer take = FieldOrder.atMost(selectRatio, selectNum, values.size());
        int[] order = FieldOrder.all(values.size());
        if (values.size() <= 1 || take == null) {
            return order;
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < take; i++) {
            int other = i + random.nextInt(order.length - i);
            int sample = order[other];
            order[other] = order[i];
            order[i] = sample;
        }
        return Arrays.copyOf(order, take);
    }
}
