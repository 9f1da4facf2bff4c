package quern.curation.filter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Filter;
import quern.curation.SampleException;
import quern.curation.Verdict;

/**
 * Keeps samples whose field holds only wanted values.
 *
 * <p>Recipe key {@code specified_field_filter}. A single value counts as a list of one; an empty key or no wanted
 * values keep all; a missing field is an error of the sample. Compatible with Data-Juicer 1.4.3.
 *
 * @param targets wanted values as JSON nodes
 */
public record SpecifiedFieldFilter(String fieldKey, List<JsonNode> targets) implements Filter {

    @Override
    public String name() {
        return "specified_field_filter";
    }

    @Override
    public Verdict judge(Draft draft) {
        if (fieldKey.isEmpty() || targets.isEmpty()) {
            return Verdict.keep();
        }
        JsonNode value = FieldPath.get(draft.fields(), fieldKey);
        if (value == null) {
            throw new SampleException("field " + fieldKey + " is missing");
        }
        if (!value.isArray()) {
            return isWanted(value) ? Verdict.keep() : Verdict.drop(fieldKey + " not asked for");
        }
        for (JsonNode item : value) {
            if (!isWanted(item)) {
                return Verdict.drop(fieldKey + " not asked for");
            }
        }
        return Verdict.keep();
    }

    /** True and false count as 1 and 0, as in Python. */
    private static boolean isNumber(JsonNode value) {
        return value.isNumber() || value.isBoolean();
    }

    private boolean isWanted(JsonNode value) {
        for (JsonNode target : targets) {
            boolean sameNumber = isNumber(value) && isNumber(target) && value.asDouble() == target.asDouble();
            if (sameNumber || value.equals(target)) {
                return true;
            }
        }
        return false;
    }
}
