package quern.tuning;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import quern.config.QuernException;
import quern.inference.grammar.GrammarException;

/**
 * What an {@code adapter_config.json} of PEFT says that its numbers' meaning depends on. Keys that say nothing about
 * that are known by name; any other that is not off is refused by name, so that nothing is served with other arithmetic
 * than it was trained with.
 *
 * @param baseName what its author called the base; empty: nothing is said
 * @param rankStabilized alpha is divided by the root of the rank
 * @param dora rows have lengths of their own
 * @param adapts whether a module, as {@code model.layers.0.self_attn.q_proj}, has an adapter
 * @param ranks ranks of modules that differ from {@code rank}; the first that fits counts
 * @param alphas the same of alphas
 */
record PeftConfig(String baseName, int rank, double alpha, boolean rankStabilized, boolean dora,
        Predicate<String> adapts, List<Deviation> ranks, List<Deviation> alphas) {

    private static final int BYTES_MAX = 1 << 20;
    private static final int RANK_MAX = 1 << 16;
    private static final int PATTERNS_MAX = 1 << 12;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    /** Read here. */
    private static final Set<String> READ = Set.of("peft_type", "task_type", "base_model_name_or_path", "r",
            "lora_alpha", "use_rslora", "use_dora", "target_modules", "exclude_modules", "layers_to_transform",
            "layers_pattern", "rank_pattern", "alpha_pattern", "init_lora_weights", "bias");
    /** About training, loading or where it comes from, and of ways to begin, of which {@link #BEGINS} are taken. */
    private static final Set<String> HARMLESS = Set.of("auto_mapping", "revision", "inference_mode", "lora_dropout",
            "peft_version", "megatron_core", "runtime_config", "ensure_weight_tying", "qalora_group_size",
            "loftq_config", "eva_config", "corda_config", "lora_ga_config");
    /** Ways to begin that leave the base as it is. */
    private static final Set<String> BEGINS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

    /** A number that some modules have for themselves. */
    record Deviation(Predicate<String> modules, double value) {}

    /** @throws QuernException if the file is damaged, or says what is not served here, naming the key */
    static PeftConfig read(Path file) {
        JsonNode config;
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw refused(file, "has more than " + BYTES_MAX + " bytes");
            }
            config = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException malformed) {
            throw refused(file, "is no JSON: " + malformed.getOriginalMessage());
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR,
                    file + " cannot be read: " + failed.getMessage(), failed);
        }
        try {
            return of(config, file);
        } catch (GrammarException pattern) {
            throw refused(file, pattern.at() + ": " + pattern.getMessage());
        }
    }

    private static PeftConfig of(JsonNode config, Path file) {
        if (config == null || !config.isObject()) {
            throw refused(file, "holds no object");
        }
        requireLora(config, file);
        JsonNode rank = config.path("r");
        if (!rank.isIntegralNumber() || !rank.canConvertToInt() || rank.intValue() < 1 || rank.intValue() > RANK_MAX) {
            throw found(file, "r", rank, "a number from 1 to " + RANK_MAX);
        }
        return new PeftConfig(config.path("base_model_name_or_path").asText(""), rank.intValue(),
                alpha(file, "lora_alpha", config.path("lora_alpha")), config.path("use_rslora").asBoolean(),
                config.path("use_dora").asBoolean(), modules(config, file), exceptions(config, "rank_pattern", file),
                exceptions(config, "alpha_pattern", file));
    }

    private static void requireLora(JsonNode config, Path file) {
        require(config, "peft_type", config.path("peft_type").asText().equals("LORA"), "LORA", file);
        JsonNode task = config.path("task_type");
        require(config, "task_type", isOff(task) || task.asText().equals("CAUSAL_LM"), "CAUSAL_LM", file);
        JsonNode begin = config.path("init_lora_weights");
        require(config, "init_lora_weights", isOff(begin) || BEGINS.contains(begin.asText()),
                "one of " + BEGINS.stream().sorted().toList() + ": others change the base", file);
        JsonNode bias = config.path("bias");
        require(config, "bias", isOff(bias) || bias.asText().equals("none"), "none: trained biases are not served",
                file);
        for (String key : List.of("use_rslora", "use_dora")) {
            require(config, key, isOff(config.path(key)) || config.path(key).isBoolean(), "true or false", file);
        }
        config.properties().forEach(field -> {
            String key = field.getKey();
            require(config, key, READ.contains(key) || HARMLESS.contains(key) || isOff(field.getValue()),
                    "null, false or nothing: what it changes is not computed here", file);
        });
    }

    private static void require(JsonNode config, String key, boolean right, String expected, Path file) {
        if (!right) {
            throw found(file, key, config.path(key), expected);
        }
    }

    private static boolean isOff(JsonNode value) {
        return value.isMissingNode() || value.isNull() || value.isBoolean() && !value.booleanValue()
                || value.isContainerNode() && value.isEmpty();
    }

    private static double alpha(Path file, String key, JsonNode value) {
        double alpha = value.isNumber() ? value.doubleValue() : 0;
        if (!(alpha > 0) || alpha > Float.MAX_VALUE) {
            throw found(file, key, value, "a number above 0");
        }
        return alpha;
    }

    private static Predicate<String> modules(JsonNode config, Path file) {
        JsonNode targets = config.path("target_modules");
        if (!targets.isTextual() && !(targets.isArray() && !targets.isEmpty())) {
            throw found(file, "target_modules", targets, "names of modules, or a regular expression");
        }
        Predicate<String> chosen = targets.asText().equals("all-linear") ? module -> true
                : any(targets, "target_modules", file);
        JsonNode excluded = config.path("exclude_modules");
        if (!isOff(excluded)) {
            chosen = chosen.and(any(excluded, "exclude_modules", file).negate());
        }
        return isOff(config.path("layers_to_transform")) ? chosen : chosen.and(layers(config, file));
    }

    private static Predicate<String> any(JsonNode names, String key, Path file) {
        if (names.isTextual()) {
            return ModulePattern.whole(names.textValue(), key);
        }
        Set<String> ends = Set.copyOf(texts(names, key, file));
        return module -> {
            boolean named = ends.contains(module);
            for (int dot = module.indexOf('.'); dot >= 0 && !named; dot = module.indexOf('.', dot + 1)) {
                named = ends.contains(module.substring(dot + 1));
            }
            return named;
        };
    }

    private static List<String> texts(JsonNode names, String key, Path file) {
        List<String> texts = new ArrayList<>();
        for (JsonNode name : names) {
            if (!name.isTextual()) {
                throw found(file, key, names, "names of modules");
            }
            texts.add(name.textValue());
        }
        return texts;
    }

    /** By number, as PEFT has it for lists of names alone: blocks are numbered behind {@code layers}. */
    private static Predicate<String> layers(JsonNode config, Path file) {
        JsonNode layers = config.path("layers_to_transform");
        JsonNode pattern = config.path("layers_pattern");
        boolean usual = isOff(pattern) || pattern.asText().equals("layers") || pattern.asText().isEmpty()
                && pattern.isArray() && pattern.size() == 1 && pattern.get(0).asText().equals("layers");
        require(config, "layers_pattern", usual, "layers", file);
        require(config, "target_modules", config.path("target_modules").isArray(),
                "names, where layers_to_transform chooses layers", file);
        Set<String> chosen = new HashSet<>();
        for (JsonNode layer : layers.isArray() ? layers : JSON.createArrayNode().add(layers)) {
            require(config, "layers_to_transform", layer.isIntegralNumber(), "numbers of layers", file);
            chosen.add(layer.asText());
        }
        return module -> {
            String[] parts = module.split("\\.");
            return parts.length > 2 && chosen.contains(parts[2]);
        };
    }

    private static List<Deviation> exceptions(JsonNode config, String key, Path file) {
        JsonNode pattern = config.path(key);
        require(config, key, isOff(pattern) || pattern.isObject() && pattern.size() <= PATTERNS_MAX,
                "an object of at most " + PATTERNS_MAX, file);
        List<Deviation> exceptions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : pattern.properties()) {
            double value = alpha(file, key + "." + field.getKey(), field.getValue());
            if (key.equals("rank_pattern") && (value != Math.rint(value) || value > RANK_MAX)) {
                throw found(file, key + "." + field.getKey(), field.getValue(), "a number from 1 to " + RANK_MAX);
            }
            exceptions.add(new Deviation(ModulePattern.key(field.getKey(), key), value));
        }
        return exceptions;
    }

    /** Rank of a module's adapter. */
    int rank(String module) {
        return (int) of(ranks, module, rank);
    }

    /** What is multiplied into a module's product, where it has nothing of its own. */
    float scale() {
        return scale(alpha, rank);
    }

    /** What is multiplied into a module's product. */
    float scale(String module) {
        return scale(of(alphas, module, alpha), rank(module));
    }

    private float scale(double own, int ownRank) {
        return (float) (rankStabilized ? own / Math.sqrt(ownRank) : own / ownRank);
    }

    private static double of(List<Deviation> exceptions, String module, double otherwise) {
        return exceptions.stream().filter(one -> one.modules().test(module)).mapToDouble(Deviation::value).findFirst()
                .orElse(otherwise);
    }

    private static QuernException found(Path file, String key, JsonNode value, String expected) {
        String text = value.isMissingNode() ? "nothing" : value.toString();
        return refused(file, "has '" + key + "' " + (text.length() > 80 ? text.substring(0, 80) + "..." : text)
                + ", expected " + expected);
    }

    private static QuernException refused(Path file, String problem) {
        return new QuernException(QuernException.Category.ERROR, "adapter " + file + " " + problem);
    }
}
