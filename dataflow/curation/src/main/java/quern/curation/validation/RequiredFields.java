package quern.curation.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import quern.curation.FieldPath;

/**
 * {@code required_fields}: fields, dotted paths among them, that samples must have.
 *
 * @param types of some of them
 * @param missingMax share of samples that may lack a field or have null there; one that no sample has is never allowed
 */
public record RequiredFields(List<String> fields, Map<String, FieldType> types, double missingMax, int samplesMax)
        implements Validator {

    @Override
    public String type() {
        return "required_fields";
    }

    @Override
    public Optional<String> problem(List<ObjectNode> samples) {
        return fields.stream().map(field -> problem(field, samples)).flatMap(Optional::stream).findFirst();
    }

    private Optional<String> problem(String field, List<ObjectNode> samples) {
        List<JsonNode> values = samples.stream().map(sample -> FieldPath.get(sample, field))
                .filter(value -> value != null && !value.isNull()).toList();
        int missing = samples.size() - values.size();
        if (values.isEmpty() || (double) missing / samples.size() > missingMax) {
            return Optional.of(String.format(Locale.ROOT, "field '%s' is missing in %d of the first %d samples, "
                    + "allow_missing is %s", field, missing, samples.size(), missingMax));
        }
        FieldType type = types.get(field);
        return type == null ? Optional.empty() : values.stream().filter(value -> !type.fits(value)).findFirst()
                .map(value -> "field '" + field + "' is " + FieldType.nameOf(value) + ", expected " + type.text());
    }
}
