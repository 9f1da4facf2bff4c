package quern.inference.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.Architecture.Quirk;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.LayerKind;
import quern.inference.transformer.Traits.Multipliers;

/** Reads the shape of a model from GGUF metadata. */
final class GgufShape {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Gemma 2's softcaps, which its first files do not state. */
    private static final float SCORES_CAP = 50f;
    private static final float LOGITS_CAP = 30f;
    /** Gemma 3's rope base in windowed layers, which no file states. */
    private static final double LOCAL_BASE = 10_000;

    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;
    private final String where;
    private final Architecture architecture;

    private GgufShape(GgufHeader header, String where) {
        this.metadata = header.metadata();
        this.tensors = header.tensors();
        this.where = where;
        this.architecture = Architecture.ofGguf(metadata.text("general.architecture")
                .orElseThrow(() -> new ModelFormatException(where, "has no general.architecture")), where);
    }

    /** Its numbers are as the file says, not yet checked against the tensors. */
    static ModelShape of(GgufHeader header, String where) {
        return new GgufShape(header, where).read();
    }

    private ModelShape read() {
        int hidden = number("embedding_length");
        int heads = number("attention.head_count");
        int headSize = number("attention.key_length", heads == 0 ? 0 : hidden / heads);
        int valueSize = number("attention.value_length", headSize);
        if (valueSize != headSize) {
            throw new ModelFormatException(
                    where, "values of " + valueSize + " elements and keys of " + headSize + ", expected equal sizes");
        }
        Tensor embeddings = tensors.get("token_embd.weight");
        if (embeddings == null) {
            throw new ModelFormatException(where, "has no tensor token_embd.weight");
        }
        int layers = number("block_count");
        int context = number("context_length");
        RopeTable rope = rope(headSize);
        if (tensors.containsKey("rope_factors_short.weight")) {
            context = number("rope.scaling.original_context_length", context);
        }
        boolean biases = tensors.containsKey("blk.0.attn_q.bias") || tensors.containsKey("blk.0.attn_qkv.bias");
        return new ModelShape(
                architecture.name(), layers, hidden, heads, number("attention.head_count_kv", heads), headSize,
                number("feed_forward_length"), embeddings.rows(), context,
                (float) metadata.real(key("attention.layer_norm_rms_epsilon")), rope,
                !tensors.containsKey("output.weight"), biases, traits(layers, context, headSize, hidden, rope));
    }

    private Traits traits(int layers, int context, int headSize, int hidden, RopeTable rope) {
        boolean capped = architecture.name().equals("gemma2");
        return architecture.traits(multipliers(hidden),
                (float) metadata.real(key("attn_logit_softcapping"), capped ? SCORES_CAP : 0),
                (float) metadata.real(key("final_logit_softcapping"), capped ? LOGITS_CAP : 0),
                layers(layers, context, headSize, rope), experts());
    }

    private Multipliers multipliers(int hidden) {
        float unstated = architecture.unstatedScale(
                number("block_count"), hidden, Math.max(1, number("attention.head_count")));
        double embedding = architecture.has(Quirk.ROOT_EMBEDDING)
                ? Math.sqrt(hidden) : metadata.real(key("embedding_scale"), 1);
        double logits = metadata.real(key("logit_scale"), 1);
        if (!(logits > 0)) {
            throw new ModelFormatException(where, key("logit_scale") + " is " + logits + ", expected more than 0");
        }
        return new Multipliers((float) embedding, (float) metadata.real(key("residual_scale"), 1),
                (float) metadata.real(key("attention.scale"), unstated), (float) (1 / logits));
    }

    private List<LayerKind> layers(int layers, int context, int headSize, RopeTable rope) {
        int window = number("attention.sliding_window", 0);
        RopeTable local = architecture.has(Quirk.LOCAL_ROPE)
                ? RopeTable.of(rope.interleaved(), headSize, metadata.real(key("rope.freq_base_swa"), LOCAL_BASE))
                : rope;
        IntPredicate windowed = listed(ShapeMetadata.WINDOWED_LAYERS, layers, i -> !architecture.full(i));
        IntPredicate turning = listed(ShapeMetadata.TURNING_LAYERS, layers, i -> !architecture.ropeless(i));
        return new LayerPattern(window < context ? window : 0, windowed, turning.negate(), rope, local)
                .kinds(layers, where);
    }

    private IntPredicate listed(String key, int layers, IntPredicate usual) {
        if (!metadata.has(key)) {
            return usual;
        }
        boolean[] flags = metadata.flags(key, layers);
        return i -> flags[i];
    }

    private Optional<Experts> experts() {
        int count = number("expert_count", 0);
        if (count == 0) {
            return Optional.empty();
        }
        int inner = number("expert_feed_forward_length", number("feed_forward_length"));
        return Optional.of(new Experts(count, number("expert_used_count"), inner, true, Set.of()));
    }

    private RopeTable rope(int headSize) {
        int rotated = number("rope.dimension_count", headSize);
        if (rotated < 2 || rotated > headSize || rotated % 2 != 0) {
            throw new ModelFormatException(
                    where, "rope turns " + rotated + " elements of a head of " + headSize + ", expected an even share");
        }
        double base = metadata.real(key("rope.freq_base"), 10_000);
        if (!(base > 1)) {
            throw new ModelFormatException(where, "rope base " + base + ", expected more than 1");
        }
        RopeTable table = scaled(RopeTable.of(architecture.has(Quirk.NEIGHBOURS_IN_GGUF), rotated, base), base);
        if (tensors.containsKey("rope_freqs.weight")) {
            table = RopeScaling.divided(table, divisors("rope_freqs.weight", rotated / 2), table.magnitude());
        }
        if (tensors.containsKey("rope_factors_short.weight")) {
            float magnitude = (float) metadata.real(key("rope.scaling.attn_factor"), 1);
            table = RopeScaling.divided(table, divisors("rope_factors_short.weight", rotated / 2), magnitude);
        }
        return table;
    }

    private RopeTable scaled(RopeTable table, double base) {
        String type = metadata.text(key("rope.scaling.type")).orElse("none");
        double factor = metadata.real(key("rope.scaling.factor"), 1);
        if (!(factor > 0)) {
            throw new ModelFormatException(where, "rope scaling by " + factor + ", expected more than 0");
        }
        return switch (type) {
            case "none", "longrope" -> table;
            case "linear" -> RopeScaling.linear(table, factor);
            case "yarn" -> {
                int context = number("rope.scaling.original_context_length");
                double magnitude = RopeScaling.yarnMagnitude(factor)
                        * metadata.real(key("rope.scaling.attn_factor"), 1);
                yield RopeScaling.yarn(table, base, factor, context, metadata.real(key("rope.scaling.yarn_beta_fast"),
                        32), metadata.real(key("rope.scaling.yarn_beta_slow"), 1), true, (float) magnitude);
            }
            default -> throw new ModelFormatException(where, "rope scaling " + type
                    + ", supported are none, linear, yarn, longrope and rope_freqs.weight");
        };
    }

    /** One divisor per pair, as llama.cpp stores the scalings of Llama 3 and Phi-3. */
    private float[] divisors(String name, int pairs) {
        float[] divisors = new float[pairs];
        Tensor tensor = tensors.get(name);
        if (tensor.type() != ElementType.F32 || tensor.rows() != 1 || tensor.columns() != pairs) {
            throw new ModelFormatException(where, name + " is " + tensor.rows() + " x " + tensor.columns()
                    + " " + tensor.type() + ", expected 1 x " + pairs + " F32");
        }
        for (int i = 0; i < pairs; i++) {
            divisors[i] = tensor.bytes().getAtIndex(FLOAT, i);
            if (!(divisors[i] > 0) || Float.isInfinite(divisors[i])) {
                throw new ModelFormatException(
                        where, name + "[" + i + "] is " + divisors[i] + ", expected a positive number");
            }
        }
        return divisors;
    }

    private String key(String suffix) {
        return architecture.gguf() + "." + suffix;
    }

    private int number(String suffix) {
        return metadata.integer(key(suffix));
    }

    private int number(String suffix, int otherwise) {
        return metadata.integer(key(suffix), otherwise);
    }
}
