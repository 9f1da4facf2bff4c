package quern.curation.filter;

import com.fasterxml.jackson.databind.JsonNode;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Filter;
import quern.curation.Interval;
import quern.curation.SampleException;
import quern.curation.Verdict;

/**
 * Keeps samples whose field holds a number, or a text that is one, in an interval.
 *
 * <p>Recipe key {@code specified_numeric_field_filter}. As in Data-Juicer 1.4.3, zero, an empty text and null are no
 * numbers: such a sample is dropped. An empty key keeps all; a missing field is an error of the sample.
 */
public record SpecifiedNumericFieldFilter(String fieldKey, Interval keep) implements Filter {

    @Override
    public String name() {
        return "specified_numeric_field_filter";
    }

    @Override
    public Verdict judge(Draft draft) {
        if (fieldKey.isEmpty()) {
            return Verdict.keep();
        }
        JsonNode value = FieldPath.get(draft.fields(), fieldKey);
        if (value == null) {
            throw new SampleException("field " + fieldKey + " is missing");
        }
        JsonNode single = value.isArray() && value.size() == 1 ? value.get(0) : value;
        double number = number(single);
        return number == 0 || Double.isNaN(number) ? Verdict.drop(fieldKey + " is no number")
                : keep.judge(fieldKey, number);
    }

    private static double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        try {
            return value.isTextual() ? Double.parseDouble(value.textValue().strip()) : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
