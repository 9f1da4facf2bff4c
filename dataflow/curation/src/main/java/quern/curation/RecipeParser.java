package quern.curation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import quern.config.CurationConfig;
import quern.curation.validation.Validator;

/** Reads the map of a recipe key by key and collects what is wrong. */
final class RecipeParser {

    private static final int STEPS_MAX = 1000;
    private static final String ONE_PROCESS = "one job runs in this process";
    private static final String OWN_RESUME = "every run is checkpointed and resumed";

    /** Keys with no effect here, and why. */
    private static final Map<String, String> WITHOUT_EFFECT = withoutEffect();

    /** Keys that would change the result and are not available: refused unless empty. */
    private static final Map<String, String> REFUSED = Map.of(
            "custom_operator_paths", "Python operators cannot run here",
            "generated_dataset_config", "there are no generators; write the samples to a JSONL file and name it in "
                    + "dataset_path",
            "hpo_config", "there is no search over parameters; 'quern analyze --propose' proposes thresholds",
            "export_aws_credentials", "results stay on this machine",
            "export_extra_args", "results are JSONL, JSON or Parquet and take no more arguments");

    private static final Set<String> HONOURED = Names.union(FileKeys.NAMES, Set.of("project_name", "text_keys",
            "suffixes", "skip_op_error", "keep_stats_in_res_ds", "export_shard_size", "executor_type", "compat",
            "validators", "process"));

    private final String text;
    private final CurationConfig config;
    private final List<RecipeException.Problem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Recipe.Step> steps = new ArrayList<>();
    private final List<RecipeOverride> overrides;

    RecipeParser(String text, List<RecipeOverride> overrides, CurationConfig config) {
        this.text = text;
        this.overrides = overrides;
        this.config = config;
    }

    Recipe parse() {
        YamlMap map = YamlMap.EMPTY;
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > config.recipeMax().bytes()) {
            problem(0, "recipe", bytes + " bytes, at most " + config.recipeMax().bytes());
        } else {
            map = YamlMap.parse(text, problems);
        }
        map = map.with(overrides);
        map.values().forEach((key, value) -> check(key, value));
        readSteps(map.get("process"));
        overrides.forEach(this::overrideStep);
        RecipeFiles files = new FileKeys(map, notes, problems).read();
        List<Validator> validators = new ValidatorKeys(map, problems).read();
        return new Recipe(text, hash(), string(map, "project_name", "hello_world"), textKey(map),
                moreTextKeys(map), suffixes(map),
                bool(map, "skip_op_error", true), bool(map, "keep_stats_in_res_ds", false), shardBytes(map),
                compressed(map), files, validators, compat(map), List.copyOf(steps), List.copyOf(notes),
                List.copyOf(problems));
    }

    private String hash() {
        return Hashes.sha256(overrides.isEmpty() ? text : text + "\n" + overrides);
    }

    /** Sets {@code operator.parameter} in every use of the operator, or adds the operator at the end. */
    private void overrideStep(RecipeOverride override) {
        int dot = override.key().indexOf('.');
        if (dot < 0) {
            return;
        }
        String operator = override.key().substring(0, dot);
        if (WITHOUT_EFFECT.containsKey(operator)) {
            notes.add(override.key() + " has no effect: " + WITHOUT_EFFECT.get(operator));
            return;
        }
        String parameter = override.key().substring(dot + 1);
        Object value = YamlMap.scalar(override.value());
        boolean found = false;
        for (int i = 0; i < steps.size(); i++) {
            Recipe.Step step = steps.get(i);
            if (step.operator().equals(operator)) {
                Map<String, Object> parameters = new LinkedHashMap<>(step.parameters());
                parameters.put(parameter, value);
                steps.set(i, new Recipe.Step(step.line(), operator, parameters));
                found = true;
            }
        }
        if (!found) {
            Map<String, Object> parameters = new LinkedHashMap<>();
            parameters.put(parameter, value);
            steps.add(new Recipe.Step(0, operator, parameters));
        }
    }

    private void check(String key, YamlMap.Value value) {
        if (HONOURED.contains(key)) {
            return;
        }
        String why = WITHOUT_EFFECT.get(key);
        if (why != null) {
            notes.add((value.line() > 0 ? "line " + value.line() + ": " : "") + key + " has no effect: " + why);
            return;
        }
        String refusal = REFUSED.get(key);
        if (refusal == null) {
            problem(value.line(), key, "unknown key" + Names.nearest(key,
                    Names.union(HONOURED, WITHOUT_EFFECT.keySet())));
        } else if (!isEmpty(value.value())) {
            problem(value.line(), key, refusal);
        }
    }

    private void readSteps(YamlMap.Value process) {
        if (process == null || process.value() == null) {
            return;
        }
        if (!(process.value() instanceof List<?> list)) {
            problem(process.line(), "process", "expected a list of operators, found " + YamlMap.kind(process.value()));
            return;
        }
        if (list.size() > STEPS_MAX) {
            problem(process.line(), "process", list.size() + " operators, at most " + STEPS_MAX);
            return;
        }
        for (Object item : list) {
            readStep(process.lineOf(item, steps.size()), item);
        }
    }

    private void readStep(int line, Object item) {
        if (item instanceof String name) {
            steps.add(new Recipe.Step(line, name, Map.of()));
            return;
        }
        if (!(item instanceof Map<?, ?> map) || map.size() != 1) {
            problem(line, "process", "expected one operator name per list item, found "
                    + (item instanceof Map<?, ?> m ? m.size() + " keys" : YamlMap.kind(item)));
            return;
        }
        Map.Entry<?, ?> entry = map.entrySet().iterator().next();
        String name = String.valueOf(entry.getKey());
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (entry.getValue() instanceof Map<?, ?> given) {
            given.forEach((key, value) -> parameters.put(String.valueOf(key), value));
        } else if (entry.getValue() != null) {
            problem(line, name, "expected parameters, found " + YamlMap.kind(entry.getValue()));
        }
        steps.add(new Recipe.Step(line, name, parameters));
    }

    /** Those behind the first: samples must have them, operators do not see them. */
    private static List<String> moreTextKeys(YamlMap map) {
        return map.get("text_keys") != null && map.get("text_keys").value() instanceof List<?> list
                ? list.stream().skip(1).map(String::valueOf).toList() : List.of();
    }

    private String textKey(YamlMap map) {
        YamlMap.Value value = map.get("text_keys");
        if (value == null || isEmpty(value.value())) {
            return "text";
        }
        Object first = value.value() instanceof List<?> list ? list.getFirst() : value.value();
        if (first instanceof String key) {
            return key;
        }
        problem(value.line(), "text_keys", "expected a field name or a list of them, found " + YamlMap.kind(first));
        return "text";
    }

    private List<String> suffixes(YamlMap map) {
        YamlMap.Value value = map.get("suffixes");
        if (value == null || isEmpty(value.value())) {
            return List.of();
        }
        List<?> list = value.value() instanceof List<?> many ? many : List.of(value.value());
        List<String> suffixes = new ArrayList<>();
        for (Object item : list) {
            if (item instanceof String suffix) {
                suffixes.add((suffix.startsWith(".") ? suffix : "." + suffix).toLowerCase(Locale.ROOT));
            } else {
                problem(value.line(), "suffixes", "expected file name suffixes, found " + YamlMap.kind(item));
            }
        }
        return List.copyOf(suffixes);
    }

    private long shardBytes(YamlMap map) {
        YamlMap.Value value = map.get("export_shard_size");
        if (value == null || isEmpty(value.value())) {
            return 0;
        }
        Double bytes = Scalars.number(value.value());
        if (bytes == null || bytes < 0 || bytes > Long.MAX_VALUE) {
            problem(value.line(), "export_shard_size", "expected a number of bytes, found "
                    + YamlMap.kind(value.value()));
            return 0;
        }
        return bytes.longValue();
    }

    private boolean compressed(YamlMap map) {
        String path = string(map, "export_path", "");
        String type = string(map, "export_type", "");
        if (!type.isEmpty() && !Set.of("jsonl", "json", "parquet").contains(type)) {
            problem(map.lineOf("export_type"), "export_type", "'" + type + "', expected jsonl, json or parquet");
        }
        return path.endsWith(".zst");
    }

    private Recipe.Compat compat(YamlMap map) {
        String value = string(map, "compat", "");
        if (value.equals("data-juicer-1.4.3")) {
            return Recipe.Compat.DATA_JUICER_1_4_3;
        }
        if (!value.isEmpty()) {
            problem(map.lineOf("compat"), "compat", "'" + value + "', expected data-juicer-1.4.3");
        }
        String executor = string(map, "executor_type", "default");
        if (!executor.equals("default")) {
            problem(map.lineOf("executor_type"), "executor_type", "'" + executor + "' needs a cluster; here "
                    + ONE_PROCESS + " on all cores: give executor_type: default");
        }
        return Recipe.Compat.QUERN;
    }

    private String string(YamlMap map, String key, String absent) {
        YamlMap.Value value = map.get(key);
        if (value == null || value.value() == null) {
            return absent;
        }
        if (value.value() instanceof List<?> || value.value() instanceof Map<?, ?>) {
            problem(value.line(), key, "expected a text, found " + YamlMap.kind(value.value()));
            return absent;
        }
        return String.valueOf(value.value());
    }

    private boolean bool(YamlMap map, String key, boolean absent) {
        YamlMap.Value value = map.get(key);
        if (value == null || value.value() == null) {
            return absent;
        }
        Boolean read = Scalars.bool(value.value());
        if (read == null) {
            problem(value.line(), key, "expected true or false, found " + YamlMap.kind(value.value()));
            return absent;
        }
        return read;
    }

    private void problem(int line, String where, String message) {
        problems.add(new RecipeException.Problem(line, where, message));
    }

    private static boolean isEmpty(Object value) {
        return value == null || value.equals("") || value instanceof List<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
    }

    private static Map<String, String> withoutEffect() {
        Map<String, String> keys = new LinkedHashMap<>();
        for (String key : List.of("np", "ray_address", "use_cache", "ds_cache_dir", "cache_dir", "cache_compress",
                "temp_dir", "turbo", "export_in_parallel", "adaptive_batch_size",
                "auto_op_parallelism", "min_common_dep_num_to_combine", "conflict_resolve_strategy", "job_id",
                "partition", "partition_size", "partition_dir", "max_partition_size_mb", "resource_optimization",
                "read_options", "override_num_blocks", "load_dataset_kwargs")) {
            keys.put(key, ONE_PROCESS);
        }
        for (String key : List.of("use_checkpoint", "checkpoint", "checkpoint_dir", "intermediate_storage",
                "preserve_intermediate_data")) {
            keys.put(key, OWN_RESUME);
        }
        for (String key : List.of("op_fusion", "fusion_strategy", "enable_optimizer", "optimizer_strategies")) {
            keys.put(key, "operators always share their counts, and run in the order that costs least");
        }
        for (String key : List.of("open_monitor", "open_insight_mining",
                "op_list_to_mine", "debug", "event_logging", "event_log_dir", "max_log_size_mb",
                "backup_count")) {
            keys.put(key, "every dropped sample is in the reject log, counts and times are in the report");
        }
        keys.put("keep_hashes_in_res_ds", "hashes are not part of samples here; duplicates.jsonl says which sample "
                + "stands for which");
        keys.put("add_suffix", "every sample of a file has its suffix");
        for (String key : List.of("image_key", "audio_key", "video_key", "image_bytes_key", "image_special_token",
                "audio_special_token", "video_special_token", "eoc_special_token")) {
            keys.put(key, "samples are text");
        }
        for (String key : List.of("percentiles", "export_original_dataset", "save_stats_in_one_file", "auto",
                "auto_num", "data_probe_algo", "data_probe_ratio")) {
            keys.put(key, "it belongs to the analyser");
        }
        return Map.copyOf(keys);
    }
}
