package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import quern.gpu.kernel.RopeTable;
import quern.inference.format.Architecture.Quirk;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.LayerKind;
import quern.inference.transformer.Traits.Multipliers;

/** Reads the shape of a model from {@code config.json}, in the spelling of transformers 4 and 5 alike. */
final class HuggingFaceShape {

    private static final String HEADLESS = "Model";

    private final Architecture architecture;
    private final ConfigNumbers config;
    private final String where;
    private final HuggingFaceRope rope;
    private final int headSize;
    private final boolean hasOutput;
    private final boolean headless;

    private HuggingFaceShape(JsonNode config, boolean hasOutput, String where) {
        this.hasOutput = hasOutput;
        this.architecture = architecture(config, where);
        this.headless = headless(config.path("architectures").path(0).asText(""));
        this.config = new ConfigNumbers(config, where);
        this.where = where;
        this.headSize = this.config.number("head_dim",
                this.config.number("hidden_size") / this.config.number("num_attention_heads"));
        if (headSize % 2 != 0) {
            throw new ModelFormatException(where, "head size " + headSize + ", expected an even number");
        }
        this.rope = new HuggingFaceRope(config, headSize, where);
    }

    /**
     * Its numbers are as the file says, not yet checked against the tensors.
     *
     * @param hasOutput there is an output matrix, which decides where the file does not say
     */
    static ModelShape of(JsonNode config, boolean hasOutput, String where) {
        return new HuggingFaceShape(config, hasOutput, where).read();
    }

    static Architecture architecture(JsonNode config, String where) {
        String name = config.path("architectures").path(0).asText("(none)");
        return Architecture.ofHuggingFace(
                headless(name) ? name.substring(0, name.length() - HEADLESS.length()) + "ForCausalLM" : name, where);
    }

    /** Models made for embeddings are stored as the base class, without an output matrix. */
    private static boolean headless(String name) {
        return name.endsWith(HEADLESS);
    }

    private ModelShape read() {
        refuseOthers();
        int layers = config.number("num_hidden_layers");
        int heads = config.number("num_attention_heads");
        RopeTable full = rope.full();
        int context = config.number("max_position_embeddings");
        if (rope.shortContextOnly()) {
            context = Math.min(context, (int) new ConfigNumbers(config.node("rope_scaling"), where).real(
                    "original_max_position_embeddings", config.number("original_max_position_embeddings", context)));
        }
        Traits traits = architecture.traits(multipliers(), (float) config.real("attn_logit_softcapping", 0),
                (float) config.real("final_logit_softcapping", 0), layers(layers, context, full), experts(layers));
        return new ModelShape(
                architecture.name(), layers, config.number("hidden_size"), heads,
                config.number("num_key_value_heads", heads), headSize, config.number("intermediate_size"),
                config.number("vocab_size"), context, (float) config.real("rms_norm_eps", 1e-6), full,
                headless && !hasOutput || config.flag("tie_word_embeddings", !hasOutput),
                architecture.has(Quirk.QKV_BIAS) || config.flag("attention_bias", false), traits);
    }

    private void refuseOthers() {
        // Gemma's first files say "gelu" in hidden_act and mean the tanh form; hidden_activation means what it says.
        boolean tanh = architecture.has(Quirk.TANH_GELU);
        String otherwise = tanh ? "gelu_pytorch_tanh" : "silu";
        String activation = config.text("hidden_activation").or(() -> tanh
                ? config.text("hidden_act").filter(name -> !name.equals("gelu")) : config.text("hidden_act"))
                .orElse(otherwise);
        if (!activation.equals(otherwise)) {
            throw new ModelFormatException(where, "hidden_act is " + activation + ", supported is " + otherwise);
        }
        if (config.has("quantization_config")) {
            throw new ModelFormatException(where, "quantization_config is "
                    + ConfigNumbers.shown(config.node("quantization_config")) + ", supported is none");
        }
        if (config.flag("use_bidirectional_attention", false) || !config.flag("is_causal", true)) {
            throw new ModelFormatException(
                    where, "attention is bidirectional, supported are models whose tokens see those before them");
        }
    }

    private Multipliers multipliers() {
        double embedding = architecture.has(Quirk.ROOT_EMBEDDING)
                ? Math.sqrt(config.number("hidden_size")) : config.real("embedding_multiplier", 1);
        double scale = config.real("attention_multiplier", 0);
        if (config.has("query_pre_attn_scalar")) {
            scale = 1 / Math.sqrt(config.positive("query_pre_attn_scalar"));
        }
        double logits = config.has("logits_scaling") ? 1 / config.positive("logits_scaling") : 1;
        return new Multipliers((float) embedding, (float) config.real("residual_multiplier", 1), (float) scale,
                (float) logits);
    }

    private List<LayerKind> layers(int layers, int context, RopeTable full) {
        JsonNode types = config.node("layer_types");
        int every = config.number("sliding_window_pattern", architecture.fullEvery());
        boolean asked = !architecture.has(Quirk.WINDOW_ON_REQUEST) || config.flag("use_sliding_window", false);
        int first = architecture.has(Quirk.WINDOW_ON_REQUEST)
                ? (int) config.real("max_window_layers", 0) : 0;
        IntPredicate windowed = types.isArray()
                ? i -> types.path(i).asText().equals("sliding_attention")
                : i -> asked && i >= first && !(every > 0 && (i + 1) % every == 0);
        JsonNode turning = config.node("no_rope_layers");
        IntPredicate ropeless = turning.isArray() && !turning.isEmpty()
                ? i -> turning.path(i).asInt(1) == 0 : architecture::ropeless;
        RopeTable local = architecture.has(Quirk.LOCAL_ROPE) ? rope.local() : full;
        int window = config.number("sliding_window", 0);
        return new LayerPattern(window < context ? window : 0, windowed, ropeless, full, local)
                .kinds(layers, where);
    }

    private Optional<Experts> experts(int layers) {
        int count = config.number("num_local_experts", config.number("num_experts", 0));
        if (count == 0) {
            return Optional.empty();
        }
        Set<Integer> dense = new TreeSet<>();
        int step = config.number("decoder_sparse_step", 1);
        for (int i = 0; i < Math.min(layers, 1 << 12); i++) {
            if ((i + 1) % step != 0) {
                dense.add(i);
            }
        }
        config.node("mlp_only_layers").forEach(layer -> dense.add(layer.asInt()));
        boolean normalized = config.flag("norm_topk_prob", architecture.name().equals("mixtral"));
        return Optional.of(new Experts(count, config.number("num_experts_per_tok"),
                config.number("moe_intermediate_size", config.number("intermediate_size")), normalized,
                Set.copyOf(dense)));
    }
}
