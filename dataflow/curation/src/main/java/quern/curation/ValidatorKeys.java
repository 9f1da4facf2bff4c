package quern.curation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.curation.validation.Conversations;
import quern.curation.validation.FieldType;
import quern.curation.validation.RequiredFields;
import quern.curation.validation.Validator;

/** Reads the {@code validators} of a recipe. */
final class ValidatorKeys {

    private static final String KEY = "validators";
    private static final int SAMPLES = 100;
    private static final int SAMPLES_MAX = 10_000;
    private static final Set<String> OF_CONVERSATIONS = Set.of("type", "min_turns", "max_turns", "sample_size");
    private static final Set<String> OF_FIELDS = Set.of("type", "required_fields", "field_types", "allow_missing",
            "sample_size");

    private final YamlMap.Value list;
    private final List<RecipeException.Problem> problems;
    private final List<Validator> validators = new ArrayList<>();

    ValidatorKeys(YamlMap map, List<RecipeException.Problem> problems) {
        this.list = map.get(KEY);
        this.problems = problems;
    }

    List<Validator> read() {
        if (list == null || list.value() == null) {
            return List.of();
        }
        if (!(list.value() instanceof List<?> items)) {
            problem(list.line(), "expected a list of validators, found " + YamlMap.kind(list.value()));
            return List.of();
        }
        for (int i = 0; i < items.size(); i++) {
            one(list.lineOf(items.get(i), i), items.get(i));
        }
        return List.copyOf(validators);
    }

    private void one(int line, Object item) {
        if (!(item instanceof Map<?, ?> given)) {
            problem(line, "expected a map with 'type', found " + YamlMap.kind(item));
            return;
        }
        switch (String.valueOf(given.get("type"))) {
            case "required_fields" -> fields(line, given);
            case "swift_messages" -> conversations(line, given, Conversations.Form.SWIFT_MESSAGES);
            case "dj_conversation" -> conversations(line, given, Conversations.Form.DJ_CONVERSATION);
            case "code" -> problem(line, "'code' checks nothing in Data-Juicer; use required_fields with code and "
                    + "language");
            default -> problem(line, "type is " + YamlMap.kind(given.get("type"))
                    + ", expected required_fields, swift_messages or dj_conversation");
        }
    }

    private void fields(int line, Map<?, ?> given) {
        known(line, given, OF_FIELDS);
        List<?> names = given.get("required_fields") instanceof List<?> many ? many : List.of();
        if (names.isEmpty() || !names.stream().allMatch(String.class::isInstance)) {
            problem(line, "required_fields is " + YamlMap.kind(given.get("required_fields"))
                    + ", expected a list of field names");
            return;
        }
        Map<String, FieldType> types = new LinkedHashMap<>();
        if (given.get("field_types") instanceof Map<?, ?> map) {
            map.forEach((field, name) -> FieldType.ofName(String.valueOf(name)).ifPresentOrElse(
                    type -> types.put(String.valueOf(field), type),
                    () -> problem(line, "type of field '" + field + "' is " + YamlMap.kind(name)
                            + ", expected str, int, float, bool, list or dict")));
        }
        Double missing = given.get("allow_missing") == null ? Double.valueOf(0)
                : Scalars.number(given.get("allow_missing"));
        if (missing == null || !(missing >= 0 && missing <= 1)) {
            problem(line, "allow_missing is " + YamlMap.kind(given.get("allow_missing")) + ", expected 0 to 1");
            return;
        }
        validators.add(new RequiredFields(names.stream().map(String.class::cast).toList(), types, missing,
                whole(line, given, "sample_size", SAMPLES, SAMPLES_MAX)));
    }

    private void conversations(int line, Map<?, ?> given, Conversations.Form form) {
        known(line, given, OF_CONVERSATIONS);
        validators.add(new Conversations(form, whole(line, given, "min_turns", 1, Integer.MAX_VALUE),
                whole(line, given, "max_turns", 100, Integer.MAX_VALUE),
                whole(line, given, "sample_size", SAMPLES, SAMPLES_MAX)));
    }

    private int whole(int line, Map<?, ?> given, String name, int absent, int max) {
        Long value = given.get(name) == null ? Long.valueOf(absent) : Scalars.whole(given.get(name));
        if (value == null || value < 1 || value > max) {
            problem(line, name + " is " + YamlMap.kind(given.get(name)) + ", expected 1 to " + max);
            return absent;
        }
        return value.intValue();
    }

    private void known(int line, Map<?, ?> given, Set<String> names) {
        given.keySet().stream().map(String::valueOf).filter(name -> !names.contains(name)).forEach(name ->
                problem(line, "unknown parameter '" + name + "'" + Names.nearest(name, names)));
    }

    private void problem(int line, String message) {
        problems.add(new RecipeException.Problem(line, KEY, message));
    }
}
