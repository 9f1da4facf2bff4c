package quern.inference.format;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import quern.inference.format.Architecture.Quirk;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.LayerKind;
import quern.inference.transformer.Traits.Multipliers;

/** Writes the shape of a model as GGUF metadata, under the keys that {@link GgufShape} reads. */
final class ShapeMetadata {

    /**
     * Which layers have a window and which turn, a flag each. Other readers know a family's usual pattern only, so the
     * keys are there only where a model departs from it.
     */
    static final String WINDOWED_LAYERS = "quern.layers.windowed";
    static final String TURNING_LAYERS = "quern.layers.turning";

    private final ModelShape shape;
    private final Architecture architecture;
    private final GgufWriter writer;
    private final String where;

    private ShapeMetadata(ModelShape shape, GgufWriter writer, String where) {
        this.shape = shape;
        this.architecture = Architecture.ofName(shape.architecture());
        this.writer = writer;
        this.where = where;
    }

    /** @param contextTokens longest context, where the shape's own is cut down */
    static void put(ModelShape shape, int contextTokens, RopeMetadata rope, GgufWriter writer, String where) {
        new ShapeMetadata(shape, writer, where).put(contextTokens, rope);
    }

    private void put(int contextTokens, RopeMetadata rope) {
        integer("context_length", contextTokens);
        integer("embedding_length", shape.hidden());
        integer("block_count", shape.layers());
        integer("feed_forward_length", shape.feedForward());
        integer("attention.head_count", shape.heads());
        integer("attention.head_count_kv", shape.kvHeads());
        integer("attention.key_length", shape.headSize());
        integer("attention.value_length", shape.headSize());
        integer("rope.dimension_count", shape.rope().frequencies().length * 2);
        integer("vocab_size", shape.vocabulary());
        real("attention.layer_norm_rms_epsilon", shape.normEpsilon());
        rope.put(writer, architecture.gguf());
        putMultipliers(shape.traits().multipliers());
        if (shape.traits().attentionSoftcap() != 0) {
            real("attn_logit_softcapping", shape.traits().attentionSoftcap());
        }
        if (shape.traits().logitSoftcap() != 0) {
            real("final_logit_softcapping", shape.traits().logitSoftcap());
        }
        putLayers();
        shape.traits().experts().ifPresent(this::putExperts);
    }

    private void putMultipliers(Multipliers multipliers) {
        if (multipliers.embedding() != 1 && !architecture.has(Quirk.ROOT_EMBEDDING)) {
            real("embedding_scale", multipliers.embedding());
        }
        if (multipliers.residual() != 1) {
            real("residual_scale", multipliers.residual());
        }
        if (multipliers.attention() != 0) {
            real("attention.scale", multipliers.attention());
        }
        if (multipliers.logits() != 1) {
            real("logit_scale", 1 / multipliers.logits());
        }
    }

    /** Windows and turning, layer by layer only where the family's own pattern does not give them. */
    private void putLayers() {
        int window = window(shape);
        if (window > 0 || architecture.has(Quirk.WINDOW_ALWAYS_IN_GGUF)) {
            integer("attention.sliding_window", window);
        }
        if (!usualWindows(shape)) {
            writer.flags(WINDOWED_LAYERS, flags(layer -> layer.windowTokens() > 0));
        }
        if (!usualTurning(shape)) {
            writer.flags(TURNING_LAYERS, flags(layer -> layer.rope().isPresent()));
        }
    }

    private boolean[] flags(Predicate<LayerKind> flag) {
        boolean[] flags = new boolean[shape.layers()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = flag.test(shape.layer(i));
        }
        return flags;
    }

    private static int window(ModelShape shape) {
        return shape.traits().layers().stream().mapToInt(LayerKind::windowTokens).max().orElse(0);
    }

    private static boolean usualWindows(ModelShape shape) {
        Architecture family = Architecture.ofName(shape.architecture());
        return window(shape) == 0 || IntStream.range(0, shape.layers())
                .allMatch(i -> shape.layer(i).windowTokens() > 0 != family.full(i));
    }

    private static boolean usualTurning(ModelShape shape) {
        Architecture family = Architecture.ofName(shape.architecture());
        return IntStream.range(0, shape.layers())
                .allMatch(i -> shape.layer(i).rope().isPresent() != family.ropeless(i));
    }

    /** What other readers of such a file will not do, a sentence each. */
    static List<String> remarks(ModelShape shape) {
        List<String> remarks = new ArrayList<>();
        if (!usualWindows(shape) || !usualTurning(shape)) {
            remarks.add("which layers have a window or turn is not the family's usual pattern: Quern reads it from the "
                    + "file, llama.cpp does not and computes other numbers");
        }
        if (window(shape) > 0 && Architecture.ofName(shape.architecture()).gguf().equals("llama")) {
            remarks.add("llama.cpp ignores the window of " + window(shape)
                    + " tokens in files of this architecture: longer texts come out differently there");
        }
        return remarks;
    }

    private void putExperts(Experts experts) {
        if (!experts.normalized() || !experts.denseLayers().isEmpty()) {
            throw new ModelFormatException(where, "experts with "
                    + (experts.normalized() ? "dense layers " + experts.denseLayers() + " between them"
                            : "weights that are not normalised") + ", which GGUF has no key for");
        }
        integer("expert_count", experts.count());
        integer("expert_used_count", experts.chosen());
        if (experts.feedForward() != shape.feedForward()) {
            integer("expert_feed_forward_length", experts.feedForward());
        }
    }

    private void integer(String suffix, int value) {
        writer.integer(architecture.gguf() + "." + suffix, value);
    }

    private void real(String suffix, float value) {
        writer.real(architecture.gguf() + "." + suffix, value);
    }
}
