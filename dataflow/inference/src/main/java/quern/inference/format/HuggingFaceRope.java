package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import quern.gpu.kernel.RopeTable;

/**
 * The rotary tables of a {@code config.json}: transformers 5 keeps base and scaling in {@code rope_parameters}, one for
 * each type of layer where they differ; transformers 4 in {@code rope_theta}, {@code rope_scaling} and
 * {@code rope_local_base_freq}.
 */
final class HuggingFaceRope {

    private final ConfigNumbers config;
    private final String where;
    private final int headSize;
    private boolean longContext;

    HuggingFaceRope(JsonNode config, int headSize, String where) {
        this.config = new ConfigNumbers(config, where);
        this.where = where;
        this.headSize = headSize;
    }

    /** Of layers that see everything. */
    RopeTable full() {
        return table(baseNumbers(), scalingNumbers());
    }

    /** Where the base stands. */
    private ConfigNumbers baseNumbers() {
        return config.node("rope_parameters").isObject() ? scalingNumbers() : config;
    }

    /** Where the scaling stands. */
    private ConfigNumbers scalingNumbers() {
        JsonNode parameters = config.node("rope_parameters");
        if (!parameters.isObject()) {
            return new ConfigNumbers(config.node("rope_scaling"), where);
        }
        return new ConfigNumbers(
                parameters.has("full_attention") ? parameters.path("full_attention") : parameters, where);
    }

    /** Of windowed layers, where a family gives them a base of their own: never scaled. */
    RopeTable local() {
        return RopeTable.of(false, headSize, localBase());
    }

    double localBase() {
        ConfigNumbers own = new ConfigNumbers(config.node("rope_parameters").path("sliding_attention"), where);
        return checked(own.real("rope_theta", config.real("rope_local_base_freq", 10_000)));
    }

    /** The full table as GGUF keeps it. */
    RopeMetadata metadata() {
        double theta = checked(baseNumbers().real("rope_theta", 10_000));
        ConfigNumbers scaling = scalingNumbers();
        RopeTable table = full();
        return switch (type(scaling)) {
            case "linear" -> RopeMetadata.linear(theta, scaling.positive("factor"));
            case "llama3" -> RopeMetadata.divided(
                    theta, RopeTable.of(false, table.frequencies().length * 2, theta), table);
            case "yarn" -> RopeMetadata.yarn(theta, scaling.positive("factor"), (int) yarnContext(scaling),
                    scaling.real("beta_fast", 32), scaling.real("beta_slow", 1),
                    table.magnitude() / (float) RopeScaling.yarnMagnitude(scaling.positive("factor")));
            case "longrope", "su" -> RopeMetadata.longrope(theta, (int) longropeContext(scaling), table.magnitude(),
                    scaling.divisors("short_factor", table.frequencies().length),
                    scaling.divisors("long_factor", table.frequencies().length));
            default -> RopeMetadata.plain(theta);
        };
    }

    private static String type(ConfigNumbers scaling) {
        return scaling.text("rope_type").or(() -> scaling.text("type")).orElse("default");
    }

    private double yarnContext(ConfigNumbers scaling) {
        return scaling.real("original_max_position_embeddings", config.real("max_position_embeddings", 0));
    }

    private double longropeContext(ConfigNumbers scaling) {
        return scaling.real("original_max_position_embeddings",
                config.real("original_max_position_embeddings", 0));
    }

    /** Whether the context is limited to the one before scaling; asked after {@link #full()}. */
    boolean shortContextOnly() {
        return longContext;
    }

    private double checked(double base) {
        if (!(base > 1)) {
            throw new ModelFormatException(where, "rope_theta " + base + ", expected more than 1");
        }
        return base;
    }

    private RopeTable table(ConfigNumbers base, ConfigNumbers scaling) {
        double theta = checked(base.real("rope_theta", 10_000));
        double share = scaling.real("partial_rotary_factor", config.real("partial_rotary_factor", 1));
        int rotated = (int) (headSize * share);
        if (!(share > 0 && share <= 1) || rotated < 2 || rotated % 2 != 0) {
            throw new ModelFormatException(where, "partial_rotary_factor " + share + " of a head of " + headSize
                    + ", expected an even number of elements");
        }
        RopeTable table = RopeTable.of(false, rotated, theta);
        String type = type(scaling);
        return switch (type) {
            case "default" -> table;
            case "linear" -> RopeScaling.linear(table, scaling.positive("factor"));
            case "llama3" -> RopeScaling.llama3(table, scaling.positive("factor"),
                    scaling.positive("low_freq_factor"), scaling.positive("high_freq_factor"),
                    scaling.positive("original_max_position_embeddings"));
            case "yarn" -> yarn(table, theta, scaling);
            case "longrope", "su" -> longrope(table, scaling);
            default -> throw new ModelFormatException(
                    where, "rope type " + type + ", supported are default, linear, llama3, yarn and longrope");
        };
    }

    private RopeTable yarn(RopeTable table, double base, ConfigNumbers scaling) {
        double factor = scaling.positive("factor");
        double context = yarnContext(scaling);
        if (!(context > 0)) {
            throw new ModelFormatException(where, "yarn without a context before scaling");
        }
        double mscale = scaling.real("mscale", 0);
        double mscaleAll = scaling.real("mscale_all_dim", 0);
        double magnitude = mscale > 0 && mscaleAll > 0
                ? magnitude(factor, mscale) / magnitude(factor, mscaleAll) : RopeScaling.yarnMagnitude(factor);
        return RopeScaling.yarn(table, base, factor, context, scaling.real("beta_fast", 32),
                scaling.real("beta_slow", 1), scaling.flag("truncate", true),
                (float) scaling.real("attention_factor", magnitude));
    }

    private static double magnitude(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    /*
     * LongRoPE has one table for prompts within the original context and one for longer ones. Keys in the cache were
     * turned by one of them, so a sequence cannot change over: the first table is used, and the context ends with it.
     */
    private RopeTable longrope(RopeTable table, ConfigNumbers scaling) {
        double context = longropeContext(scaling);
        double longest = config.real("max_position_embeddings", 0);
        if (!(context > 0)) {
            throw new ModelFormatException(where, "longrope without original_max_position_embeddings");
        }
        double factor = scaling.real("factor", longest / context);
        double magnitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(context));
        longContext = longest > context;
        return RopeScaling.divided(table, scaling.divisors("short_factor", table.frequencies().length),
                (float) scaling.real("attention_factor", magnitude));
    }
}
