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
 * <p>Recipe key {@code specified_numeric_field_filter}. What is no number drops the sample; an empty key keeps all; a
 * missing field is an error of the sample. With {@code compat: data-juicer-1.4.3} zero is no number either, and true
 * is 1.
 *
 * @param zeroIsNumber whether zero is compared; else such a sample is dropped
 */
public record SpecifiedNumericFieldFilter(String fieldKey, Interval keep, boolean zeroIsNumber) implements Filter {

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
        double number = single.isBoolean() && !zeroIsNumber ? single.asDouble() : number(single);
        return number == 0 && !zeroIsNumber || Double.isNaN(number) ? Verdict.drop(fieldKey + " is no number")
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
