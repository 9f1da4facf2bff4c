package quern.curation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the keys of a recipe that say where samples come from and where the result goes. */
final class FileKeys {

    static final Set<String> NAMES = Set.of("dataset_path", "dataset", "export_path", "export_type", "work_dir",
            "open_tracer", "op_list_to_trace", "trace_num", "trace_keys");
    private static final int TRACED_MAX = 10_000;
    private static final int TRACED = 10;

    private final YamlMap map;
    private final List<String> notes;
    private final List<RecipeException.Problem> problems;

    FileKeys(YamlMap map, List<String> notes, List<RecipeException.Problem> problems) {
        this.map = map;
        this.notes = notes;
        this.problems = problems;
    }

    RecipeFiles read() {
        List<RecipeFiles.Input> inputs = new ArrayList<>(mix(text("dataset_path")));
        long samplesMax = 0;
        Object dataset = value("dataset");
        if (!inputs.isEmpty() && dataset != null && !dataset.equals(List.of())) {
            notes.add("line " + map.lineOf("dataset") + ": dataset has no effect: dataset_path is given too");
        } else if (dataset instanceof Map<?, ?> given) {
            samplesMax = samplesMax(given.get("max_sample_num"));
            if (given.get("configs") instanceof List<?> configs && !configs.isEmpty()) {
                configs.forEach(config -> input(config, inputs));
            } else {
                problem("dataset", "expected 'configs', a list of maps with type and path, found "
                        + YamlMap.kind(given.get("configs")));
            }
        } else if (dataset instanceof String path) {
            inputs.addAll(mix(path));
        } else if (dataset != null && !(dataset instanceof List<?> list && list.isEmpty())) {
            problem("dataset", "expected a map with 'configs', found " + YamlMap.kind(dataset));
        }
        return new RecipeFiles(List.copyOf(inputs), samplesMax, text("export_path"), text("export_type"),
                text("work_dir"), tracing());
    }

    private long samplesMax(Object given) {
        Long max = given == null ? Long.valueOf(0) : Scalars.whole(given);
        if (max == null || given != null && max < 1) {
            problem("dataset", "max_sample_num is " + YamlMap.kind(given) + ", expected a whole number above 0");
            return 0;
        }
        return max;
    }

    /** One of several inputs: {@code {type: local, path: ..., weight: 1.0}}. */
    private void input(Object config, List<RecipeFiles.Input> inputs) {
        Map<?, ?> given = config instanceof Map<?, ?> map ? map : Map.of();
        if (given.get("type") instanceof String type && !type.equals("local")) {
            String source = given.get("source") == null ? "" : ", source '" + given.get("source") + "'";
            problem("dataset", "type '" + type + "'" + source + ": data is not fetched from the network; download it "
                    + "and give its path with type 'local'");
            return;
        }
        if (!(given.get("path") instanceof String path)) {
            problem("dataset", "expected a map with 'path', found " + YamlMap.kind(config));
            return;
        }
        Double weight = given.get("weight") == null ? Double.valueOf(1) : Scalars.number(given.get("weight"));
        add(path, weight, "dataset", inputs);
    }

    /** A path, or paths each with a weight before it. */
    private List<RecipeFiles.Input> mix(String text) {
        List<RecipeFiles.Input> inputs = new ArrayList<>();
        String[] words = text.strip().split("\\s+");
        if (text.isBlank() || words.length == 1 || Scalars.number(words[0]) == null) {
            // A path may hold blanks; a mix begins with a number.
            return text.isBlank() ? List.of() : List.of(new RecipeFiles.Input(text.strip(), 1));
        }
        Double weight = null;
        for (String word : words) {
            Double number = weight == null ? Scalars.number(word) : null;
            if (number == null) {
                add(word, weight == null ? Double.valueOf(1) : weight, "dataset_path", inputs);
            }
            weight = number;
        }
        if (weight != null) {
            problem("dataset_path", "ends with the weight " + weight + ", expected a path behind it");
        }
        return inputs;
    }

    private void add(String path, Double weight, String key, List<RecipeFiles.Input> inputs) {
        if (weight == null || !(weight > 0 && weight <= 1000)) {
            problem(key, "weight of " + path + " is " + weight + ", expected more than 0 and at most 1000");
        } else {
            inputs.add(new RecipeFiles.Input(path, weight));
        }
    }

    private RecipeFiles.Tracing tracing() {
        if (!Boolean.TRUE.equals(Scalars.bool(value("open_tracer")))) {
            return RecipeFiles.Tracing.NONE;
        }
        Object number = value("trace_num");
        Long samples = number == null ? Long.valueOf(TRACED) : Scalars.whole(number);
        if (samples == null || samples < 0 || samples > TRACED_MAX) {
            problem("trace_num", "expected 0 to " + TRACED_MAX + ", found " + YamlMap.kind(number));
            return RecipeFiles.Tracing.NONE;
        }
        return new RecipeFiles.Tracing(samples.intValue(), Set.copyOf(names("op_list_to_trace")), names("trace_keys"));
    }

    /** A name alone counts as a list of one. */
    private List<String> names(String key) {
        return switch (value(key)) {
            case null -> List.of();
            case Map<?, ?> map -> {
                problem(key, "expected a list of names, found " + YamlMap.kind(map));
                yield List.of();
            }
            case List<?> list -> list.stream().map(String::valueOf).toList();
            case Object one -> List.of(String.valueOf(one));
        };
    }

    private String text(String key) {
        Object value = value(key);
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            problem(key, "expected a text, found " + YamlMap.kind(value));
            return "";
        }
        return value == null ? "" : String.valueOf(value);
    }

    private Object value(String key) {
        YamlMap.Value value = map.get(key);
        return value == null ? null : value.value();
    }

    private void problem(String key, String message) {
        problems.add(new RecipeException.Problem(map.lineOf(key), key, message));
    }
}
