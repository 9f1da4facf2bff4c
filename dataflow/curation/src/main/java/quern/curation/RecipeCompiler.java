package quern.curation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quern.curation.RecipeException.Problem;

/** Turns a recipe into a pipeline, or reports everything that is wrong with it before any data is read. */
public final class RecipeCompiler {

    /** Every filter has these beside its own parameters. */
    private static final List<Parameter> OF_EVERY_FILTER = List.of(
            new Parameter("min_closed_interval", Parameter.Kind.BOOL, true),
            new Parameter("max_closed_interval", Parameter.Kind.BOOL, true),
            new Parameter("reversed_range", Parameter.Kind.BOOL, false),
            new Parameter("stats_export_path", Parameter.Kind.TEXT_OR_NOTHING, null));

    /** A field that is to hold the number of each sample before the operator sees it. */
    private static final String INDEX_KEY = "index_key";

    private static final Parameter TEXT_KEY = new Parameter("text_key", Parameter.Kind.TEXT_OR_NOTHING, null);

    /** How and where to run, not what to do: accepted on every operator, without effect here. */
    static final Set<String> OF_EXECUTION = Set.of("batch_size", "num_proc", "cpu_required", "gpu_required",
            "mem_required", "num_cpus", "num_gpus", "memory", "ray_execution_mode", "runtime_env", "batch_mode",
            "auto_op_parallelism", "turbo", "accelerator", "work_dir", "skip_op_error", "image_key", "audio_key",
            "video_key", "image_bytes_key", "system_key", "instruction_key", "prompt_key", "query_key",
            "response_key", "history_key");

    private final OperatorLibrary library;

    public RecipeCompiler(OperatorLibrary library) {
        this.library = library;
    }

    /** @throws RecipeException with all problems of the recipe and its operators */
    public Pipeline compile(Recipe recipe) {
        List<Problem> problems = new ArrayList<>(recipe.problems());
        List<Operator> operators = new ArrayList<>();
        for (Recipe.Step step : recipe.steps()) {
            for (Recipe.Step own : FusedSteps.of(step, problems)) {
                if (own.parameters().get(INDEX_KEY) instanceof String field) {
                    operators.add(new RunningIndex(field));
                }
                Operator operator = operator(recipe, own, problems);
                if (operator != null) {
                    operators.add(operator);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new RecipeException(problems);
        }
        return new Pipeline(recipe, operators);
    }

    private Operator operator(Recipe recipe, Recipe.Step step, List<Problem> problems) {
        OperatorSpec spec = library.find(step.operator()).orElse(null);
        if (spec == null) {
            String message = library.refusal(step.operator())
                    .orElseGet(() -> "unknown operator" + Names.nearest(step.operator(), library.names()));
            problems.add(new Problem(step.line(), step.operator(), message));
            return null;
        }
        int before = problems.size();
        Map<String, Object> values = values(spec, step, problems);
        if (problems.size() > before) {
            return null;
        }
        try {
            return spec.factory().apply(new Arguments(values, recipe));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(
                    step.line(), step.operator(), e.getMessage(), e instanceof ModelNeededException));
            return null;
        }
    }

    /** Parameters that an operator takes: those of every operator or filter first, then its own. */
    public static List<Parameter> parameters(OperatorSpec spec) {
        List<Parameter> all = new ArrayList<>(List.of(TEXT_KEY));
        if (spec.name().endsWith("_filter")) {
            all.addAll(OF_EVERY_FILTER);
        }
        all.addAll(spec.parameters());
        return all;
    }

    private static Map<String, Object> values(OperatorSpec spec, Recipe.Step step, List<Problem> problems) {
        Map<String, Parameter> known = new LinkedHashMap<>();
        parameters(spec).forEach(parameter -> known.put(parameter.name(), parameter));
        Map<String, Object> values = new LinkedHashMap<>();
        known.values().forEach(parameter -> values.put(parameter.name(), parameter.absent()));
        step.parameters().forEach((name, given) -> {
            Parameter parameter = known.get(name);
            if (parameter != null) {
                read(step, parameter, given, values, problems);
            } else if (!OF_EXECUTION.contains(name) && !name.equals(INDEX_KEY)) {
                problems.add(new Problem(step.line(), step.operator(),
                        "unknown parameter '" + name + "'" + Names.nearest(name, names(known.keySet()))));
            }
        });
        return values;
    }

    private static void read(Recipe.Step step, Parameter parameter, Object given, Map<String, Object> values,
            List<Problem> problems) {
        if (given == null) {
            // Where nothing can be meant it is; elsewhere it stands for the default.
            switch (parameter.kind()) {
                case TEXT_OR_NOTHING, WHOLE_OR_NOTHING, NUMBER_OR_NOTHING -> values.put(parameter.name(), null);
                default -> { }
            }
            return;
        }
        Object value = switch (parameter.kind()) {
            case BOOL -> Scalars.bool(given);
            case WHOLE, WHOLE_OR_NOTHING -> Scalars.whole(given);
            case NUMBER, NUMBER_OR_NOTHING -> Scalars.number(given);
            case TEXT, TEXT_OR_NOTHING -> text(given);
            case TEXTS -> list(given, RecipeCompiler::text);
            case WHOLES -> list(given, Scalars::whole);
            case VALUES -> list(given, item -> item instanceof List || item instanceof Map ? null : item);
            case ENTRIES -> entries(given);
            case STEPS -> given instanceof List ? given : null;
            case MAP -> given instanceof Map ? given : null;
            case SAMPLES -> given instanceof String ? given : list(given, item -> item instanceof Map ? item : null);
        };
        if (value == null) {
            problems.add(new Problem(step.line(), step.operator(), parameter.name() + " is " + YamlMap.kind(given)
                    + ", expected " + parameter.kind().expected()));
        } else {
            values.put(parameter.name(), value);
        }
    }

    private static String text(Object given) {
        return given instanceof List || given instanceof Map || given == null ? null : String.valueOf(given);
    }

    private static Map<String, String> entries(Object given) {
        if (!(given instanceof Map<?, ?> map)) {
            return null;
        }
        Map<String, String> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String text = text(entry.getValue());
            if (text == null) {
                return null;
            }
            entries.put(String.valueOf(entry.getKey()), text);
        }
        return entries;
    }

    private static List<Object> list(Object given, java.util.function.Function<Object, Object> item) {
        List<?> items = given instanceof List<?> many ? many : List.of(given);
        List<Object> values = new ArrayList<>();
        for (Object one : items) {
            Object value = one == null ? null : item.apply(one);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    private static Collection<String> names(Set<String> own) {
        return new TreeSet<>(own);
    }
}
