package quern.curation.selector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Field values as numbers, as Data-Juicer's selectors read them. */
final class FieldOrder {

    private static final double UNREADABLE = 0x1p63;

    private FieldOrder() {}

    /**
     * A text that is a number is that number, a list its mean; what is no number is the lowest or the highest of all.
     */
    static double number(JsonNode value, boolean unreadableIsHigh) {
        double absent = unreadableIsHigh ? UNREADABLE : -UNREADABLE;
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isTextual()) {
            try {
                return Double.parseDouble(value.textValue().strip());
            } catch (NumberFormatException e) {
                return absent;
            }
        }
        if (value.isArray() && !value.isEmpty()) {
            double sum = 0;
            for (JsonNode item : value) {
                sum += number(item, unreadableIsHigh);
            }
            return sum / value.size();
        }
        return absent;
    }

    /** Indices in ascending or descending order of value; equal ones in input order. */
    static int[] sorted(List<JsonNode> values, boolean descending, boolean unreadableIsHigh) {
        double[] numbers = values.stream().mapToDouble(value -> number(value, unreadableIsHigh)).toArray();
        Comparator<Integer> order = Comparator.comparingDouble(i -> numbers[i]);
        return IntStream.range(0, numbers.length).boxed().sorted(descending ? order.reversed() : order)
                .mapToInt(Integer::intValue).toArray();
    }

    /** The same for texts, compared as such: code point by code point. */
    static int[] sortedTexts(List<JsonNode> values, boolean descending) {
        Comparator<Integer> order = (a, b) -> Arrays.compare(values.get(a).textValue().codePoints().toArray(),
                values.get(b).textValue().codePoints().toArray());
        return IntStream.range(0, values.size()).boxed().sorted(descending ? order.reversed() : order)
                .mapToInt(Integer::intValue).toArray();
    }

    /** The smaller of a share of {@code count} and a number; null where neither is given. */
    static Integer atMost(Double share, Long number, int count) {
        if (share == null && number == null) {
            return null;
        }
        double part = share == null ? count : share * count;
        return (int) Math.max(0, Math.min(count, Math.min(part, number == null ? count : number)));
    }

    static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }
}
