package quern.inference.format;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Activation;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.LayerKind;
import quern.inference.transformer.Traits.Multipliers;
import quern.inference.transformer.Traits.NormPlacement;
import quern.inference.transformer.Traits.QueryKeyNorm;

/**
 * A family of models, as far as it differs from Llama and no file says so. A new family is one more line in
 * {@link #ALL}, and a {@link Quirk} if it does what none before it did.
 *
 * @param name of the family
 * @param gguf {@code general.architecture} of its GGUF files
 * @param huggingFace {@code architectures} of its {@code config.json}
 * @param fullEvery windowed layers alternate with full ones, every so many; 0: all are windowed, if any is
 * @param ropelessEvery every so many layers turn nothing; 0: all turn
 */
record Architecture(
        String name, String gguf, String huggingFace, int fullEvery, int ropelessEvery, Set<Quirk> quirks) {

    /** What families do differently. */
    enum Quirk {
        /** Its GGUF files hold rows of queries and keys in the order of neighbouring pairs. */
        NEIGHBOURS_IN_GGUF,
        /** Its GGUF files hold query, key and value in one matrix, gate and up in another. */
        FUSED_IN_GGUF,
        /** Its GGUF files state the window where there is none, too: as 0. */
        WINDOW_ALWAYS_IN_GGUF,
        /** Query, key and value projections have biases without saying so. */
        QKV_BIAS,
        /** Norms before and after attention and feed-forward. */
        NORMS_AROUND,
        /** Norms after them only. */
        NORMS_AFTER,
        HEAD_NORMS,
        PROJECTION_NORMS,
        /** {@code config.json} knows its norms' weights less one; GGUF files have them whole. */
        NORMS_LESS_ONE,
        TANH_GELU,
        /** Embeddings are multiplied by the root of their width. */
        ROOT_EMBEDDING,
        /** Key-value windows only where {@code use_sliding_window} asks, from {@code max_window_layers} on. */
        WINDOW_ON_REQUEST,
        /** Windowed layers have a rope base of their own. */
        LOCAL_ROPE
    }

    /**
     * Layers of the 27 B models of Gemma, whose scores are scaled by {@code 1 / sqrt(hidden / heads)} in place of
     * {@code 1 / sqrt(headSize)}; their GGUF files do not say so.
     */
    private static final Map<String, Integer> WIDE_SCALE_LAYERS = Map.of("gemma2", 46, "gemma3", 62);

    static final List<Architecture> ALL = List.of(
            of("llama", "llama", "LlamaForCausalLM", Quirk.NEIGHBOURS_IN_GGUF),
            of("mistral", "llama", "MistralForCausalLM", Quirk.NEIGHBOURS_IN_GGUF),
            of("mixtral", "llama", "MixtralForCausalLM", Quirk.NEIGHBOURS_IN_GGUF),
            of("qwen2", "qwen2", "Qwen2ForCausalLM", Quirk.QKV_BIAS, Quirk.WINDOW_ON_REQUEST),
            of("qwen3", "qwen3", "Qwen3ForCausalLM", Quirk.HEAD_NORMS, Quirk.WINDOW_ON_REQUEST),
            of("qwen3moe", "qwen3moe", "Qwen3MoeForCausalLM", Quirk.HEAD_NORMS, Quirk.WINDOW_ON_REQUEST),
            of("gemma", "gemma", "GemmaForCausalLM",
                    Quirk.NORMS_LESS_ONE, Quirk.TANH_GELU, Quirk.ROOT_EMBEDDING),
            of("gemma2", "gemma2", "Gemma2ForCausalLM",
                    Quirk.NORMS_AROUND, Quirk.NORMS_LESS_ONE, Quirk.TANH_GELU, Quirk.ROOT_EMBEDDING).alternating(2),
            of("gemma3", "gemma3", "Gemma3ForCausalLM",
                    Quirk.NORMS_AROUND, Quirk.NORMS_LESS_ONE, Quirk.TANH_GELU, Quirk.ROOT_EMBEDDING,
                    Quirk.HEAD_NORMS, Quirk.LOCAL_ROPE).alternating(6),
            of("phi3", "phi3", "Phi3ForCausalLM", Quirk.FUSED_IN_GGUF, Quirk.WINDOW_ALWAYS_IN_GGUF),
            of("granite", "granite", "GraniteForCausalLM", Quirk.NEIGHBOURS_IN_GGUF),
            of("smollm3", "smollm3", "SmolLM3ForCausalLM", Quirk.NEIGHBOURS_IN_GGUF, Quirk.WINDOW_ON_REQUEST)
                    .ropelessEvery(4),
            of("olmo2", "olmo2", "Olmo2ForCausalLM", Quirk.NORMS_AFTER, Quirk.PROJECTION_NORMS));

    private static Architecture of(String name, String gguf, String huggingFace, Quirk... quirks) {
        EnumSet<Quirk> set = EnumSet.noneOf(Quirk.class);
        set.addAll(Arrays.asList(quirks));
        return new Architecture(name, gguf, huggingFace, 0, 0, set);
    }

    private Architecture alternating(int every) {
        return new Architecture(name, gguf, huggingFace, every, ropelessEvery, quirks);
    }

    private Architecture ropelessEvery(int every) {
        return new Architecture(name, gguf, huggingFace, fullEvery, every, quirks);
    }

    /** The family of a GGUF file. */
    static Architecture ofGguf(String gguf, String where) {
        return find(gguf, ALL.stream().filter(one -> one.gguf.equals(gguf)), where,
                ALL.stream().map(Architecture::gguf));
    }

    /** The family of a {@code config.json}. */
    static Architecture ofHuggingFace(String name, String where) {
        return find(name, ALL.stream().filter(one -> one.huggingFace.equals(name)), where,
                ALL.stream().map(Architecture::huggingFace));
    }

    /** The family of a shape. */
    static Architecture ofName(String name) {
        return find(name, ALL.stream().filter(one -> one.name.equals(name)), "shape",
                ALL.stream().map(Architecture::name));
    }

    private static Architecture find(
            String name, Stream<Architecture> found, String where, Stream<String> known) {
        return found.findFirst().orElseThrow(() -> new ModelFormatException(
                where, "architecture " + name + ", supported are " + known.distinct().toList()));
    }

    boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    NormPlacement norms() {
        return has(Quirk.NORMS_AROUND) ? NormPlacement.AROUND
                : has(Quirk.NORMS_AFTER) ? NormPlacement.AFTER : NormPlacement.BEFORE;
    }

    /** Whether layer {@code index} is one of the full ones between windowed ones. */
    boolean full(int index) {
        return fullEvery > 0 && (index + 1) % fullEvery == 0;
    }

    /** What scores of a GGUF file that states no scale are multiplied by; 0: as usual. */
    float unstatedScale(int layers, int hidden, int heads) {
        boolean wide = layers == WIDE_SCALE_LAYERS.getOrDefault(name, -1);
        return wide ? (float) (1 / Math.sqrt((double) hidden / heads)) : 0f;
    }

    boolean ropeless(int index) {
        return ropelessEvery > 0 && (index + 1) % ropelessEvery == 0;
    }

    /** The family's traits with what its file says. */
    Traits traits(
            Multipliers multipliers, float attentionSoftcap, float logitSoftcap, List<LayerKind> layers,
            Optional<Experts> experts) {
        QueryKeyNorm queryKeyNorm = has(Quirk.HEAD_NORMS) ? QueryKeyNorm.HEAD
                : has(Quirk.PROJECTION_NORMS) ? QueryKeyNorm.PROJECTION : QueryKeyNorm.NONE;
        Activation activation = has(Quirk.TANH_GELU) ? Activation.GELU : Activation.SILU;
        return new Traits(norms(), queryKeyNorm, activation, multipliers, attentionSoftcap, logitSoftcap, layers,
                experts);
    }
}
