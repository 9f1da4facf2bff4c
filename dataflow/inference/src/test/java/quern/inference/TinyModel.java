package quern.inference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Activation;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.LayerKind;
import quern.inference.transformer.Traits.Multipliers;
import quern.inference.transformer.Traits.NormPlacement;
import quern.inference.transformer.Traits.QueryKeyNorm;

/** A model of random numbers with awkward sizes; its tokens are letters, the last one ends an answer. */
public final class TinyModel implements ModelFile {

    private final ModelShape shape;
    private final ElementType type;
    private final String fingerprint;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Random random;

    private TinyModel(ModelShape shape, long seed) {
        this(shape, ElementType.F32, seed);
    }

    private TinyModel(ModelShape shape, ElementType type, long seed) {
        this.shape = shape;
        this.type = type;
        this.random = new Random(seed);
        this.fingerprint = "tiny-" + shape.architecture() + "-" + type + "-" + seed;
        int hidden = shape.hidden();
        int attention = shape.heads() * shape.headSize();
        int kv = shape.kvHeads() * shape.headSize();
        matrix("token_embd.weight", shape.vocabulary(), hidden, 1);
        for (int i = 0; i < shape.layers(); i++) {
            String prefix = "blk." + i + ".";
            Traits traits = shape.traits();
            if (traits.normsBefore()) {
                norm(prefix + "attn_norm.weight", hidden);
                norm(prefix + "ffn_norm.weight", hidden);
            }
            if (traits.normsAfter()) {
                norm(prefix + "post_attention_norm.weight", hidden);
                norm(prefix + "post_ffw_norm.weight", hidden);
            }
            if (traits.queryKeyNorm() != QueryKeyNorm.NONE) {
                boolean head = traits.queryKeyNorm() == QueryKeyNorm.HEAD;
                norm(prefix + "attn_q_norm.weight", head ? shape.headSize() : attention);
                norm(prefix + "attn_k_norm.weight", head ? shape.headSize() : kv);
            }
            linear(prefix + "attn_q", attention, hidden, shape.attentionBias());
            linear(prefix + "attn_k", kv, hidden, shape.attentionBias());
            linear(prefix + "attn_v", kv, hidden, shape.attentionBias());
            linear(prefix + "attn_output", hidden, attention, false);
            if (shape.sparse(i)) {
                Experts experts = traits.experts().orElseThrow();
                linear(prefix + "ffn_gate_inp", experts.count(), hidden, false);
                for (int e = 0; e < experts.count(); e++) {
                    feedForward(prefix, "." + e, experts.feedForward(), false);
                }
            } else {
                feedForward(prefix, "", shape.feedForward(), traits.multipliers().residual() != 1);
            }
        }
        norm("output_norm.weight", hidden);
        if (!shape.tiedEmbeddings()) {
            linear("output", shape.vocabulary(), hidden, false);
        }
    }

    /** Interleaved rope, an output matrix of its own, heads that are not {@code hidden / heads} wide. */
    public static TinyModel llama(long seed) {
        return new TinyModel(new ModelShape("llama", 2, 40, 4, 2, 12, 52, 61, 256, 1e-5f,
                RopeTable.of(true, 12, 10_000), false, false), seed);
    }

    /** Half-split rope, biases, tied embeddings. */
    public static TinyModel qwen2(long seed) {
        return new TinyModel(new ModelShape("qwen2", 3, 36, 6, 3, 6, 44, 53, 256, 1e-6f,
                RopeTable.of(false, 6, 1_000_000), true, true), seed);
    }

    /** Windows in every other layer, four norms, softcaps, GELU, a scale of attention and of embeddings. */
    public static TinyModel capped(long seed) {
        RopeTable local = RopeTable.of(false, 8, 100);
        RopeTable rope = new RopeTable(false, RopeTable.of(false, 8, 10_000).frequencies(), 1.25f);
        Traits traits = new Traits(NormPlacement.AROUND, QueryKeyNorm.HEAD, Activation.GELU,
                new Multipliers(6f, 1f, 0.3f, 1f), 2.5f, 5f,
                List.of(new LayerKind(9, Optional.of(local)), new LayerKind(0, Optional.of(rope)),
                        new LayerKind(1, Optional.of(local))), Optional.empty());
        return new TinyModel(new ModelShape("capped", 3, 36, 6, 3, 10, 44, 53, 256, 1e-6f, rope, true, false, traits),
                seed);
    }

    /** Norms behind only and over whole projections, a layer that does not turn, multipliers, biases everywhere. */
    public static TinyModel scaled(long seed) {
        RopeTable rope = RopeTable.of(true, 6, 500);
        Traits traits = new Traits(NormPlacement.AFTER, QueryKeyNorm.PROJECTION, Activation.SILU,
                new Multipliers(1f, 0.4f, 0f, 0.5f), 0f, 0f,
                List.of(new LayerKind(0, Optional.of(rope)), new LayerKind(0, Optional.empty())), Optional.empty());
        return new TinyModel(new ModelShape("scaled", 2, 36, 6, 2, 6, 44, 53, 256, 1e-6f, rope, false, true, traits),
                seed);
    }

    /** Five experts of which three run, in every layer but the first. */
    public static TinyModel sparse(long seed, boolean normalized) {
        RopeTable rope = RopeTable.of(false, 12, 10_000);
        Traits traits = new Traits(NormPlacement.BEFORE, QueryKeyNorm.NONE, Activation.SILU, Multipliers.NONE, 0f, 0f,
                List.of(), Optional.of(new Experts(5, 3, 20, normalized, Set.of(0))));
        return new TinyModel(new ModelShape("sparse", 3, 40, 4, 2, 12, 52, 61, 256, 1e-5f, rope, true, false, traits),
                seed);
    }

    /** Matrices stored as {@code type}, as narrow as its blocks let them be; outputs that fill no tile. */
    public static TinyModel stored(ElementType type, long seed) {
        return deep(type, 2, seed);
    }

    /** The same with more layers. */
    public static TinyModel deep(ElementType type, int layers, long seed) {
        int hidden = Math.max(64, type.blockElements());
        int inner = type.blockElements() == 1 ? 52 : hidden + hidden % 256 / 2;
        return new TinyModel(new ModelShape("llama", layers, hidden, hidden / 32, hidden / 64, 32, inner, 61, 1024,
                1e-5f, RopeTable.of(true, 32, 10_000), false, false), type, seed);
    }

    private void feedForward(String prefix, String suffix, int inner, boolean bias) {
        linear(prefix + "ffn_gate" + suffix, inner, shape.hidden(), bias);
        linear(prefix + "ffn_up" + suffix, inner, shape.hidden(), bias);
        linear(prefix + "ffn_down" + suffix, shape.hidden(), inner, bias);
    }

    private void linear(String name, int rows, int columns, boolean bias) {
        matrix(name + ".weight", rows, columns, 1.6 / Math.sqrt(columns));
        if (bias) {
            matrix(name + ".bias", 1, rows, 0.5);
        }
    }

    private void norm(String name, int length) {
        float[] weights = new float[length];
        for (int i = 0; i < length; i++) {
            weights[i] = (float) (1 + 0.2 * random.nextGaussian());
        }
        put(name, 1, length, weights);
    }

    private void matrix(String name, int rows, int columns, double deviation) {
        float[] weights = new float[rows * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (deviation * random.nextGaussian());
        }
        put(name, rows, columns, weights);
        if (type != ElementType.F32 && rows > 1) {
            tensors.put(name, stored(name, rows, columns, weights));
        }
    }

    /* Scales of large blocks are searched for, which takes long where nothing is compiled: few rows, repeated. */
    private Tensor stored(String name, int rows, int columns, float[] weights) {
        int distinct = type.blockElements() == 256 ? Math.min(rows, 23) : rows;
        int rowBytes = (int) type.bytesOf(columns);
        byte[] bytes = new byte[rows * rowBytes];
        Quantizer.row(type, weights, 0, distinct * columns, null, bytes, 0);
        for (int row = distinct; row < rows; row++) {
            System.arraycopy(bytes, row % distinct * rowBytes, bytes, row * rowBytes, rowBytes);
        }
        return new Tensor(name, type, rows, columns, MemorySegment.ofArray(bytes));
    }

    private void put(String name, int rows, int columns, float[] weights) {
        MemorySegment bytes = Arena.ofAuto().allocate(4L * weights.length, 64);
        MemorySegment.copy(weights, 0, bytes, ValueLayout.JAVA_FLOAT, 0, weights.length);
        values.put(name, weights);
        tensors.put(name, new Tensor(name, ElementType.F32, rows, columns, bytes));
    }

    /** The numbers of a tensor, row-major. */
    public float[] values(String name) {
        return values.get(name);
    }

    @Override
    public ModelShape shape() {
        return shape;
    }

    @Override
    public Set<String> tensorNames() {
        return tensors.keySet();
    }

    @Override
    public Tensor tensor(String name) {
        return Optional.ofNullable(tensors.get(name)).orElseThrow();
    }

    @Override
    public Tokenizer tokenizer() {
        return new LetterTokenizer(shape.vocabulary());
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.empty();
    }

    @Override
    public String name() {
        return fingerprint;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        tensors.clear();
    }

    /** Token n is the character {@code '0' + n}; the last token ends an answer and has no text. */
    public record LetterTokenizer(int vocabularySize) implements Tokenizer {

        @Override
        public int[] encode(String text, boolean begin) {
            return text.chars().map(letter -> letter - '0').toArray();
        }

        @Override
        public int[] encodeTemplate(PromptText rendered) {
            return encode(rendered.text(), false);
        }

        @Override
        public byte[] bytes(int token) {
            return isControl(token) ? new byte[0] : text(token).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(int[] tokens) {
            StringBuilder text = new StringBuilder();
            for (int token : tokens) {
                text.append(isControl(token) ? "" : text(token));
            }
            return text.toString();
        }

        @Override
        public OptionalInt beginToken() {
            return OptionalInt.empty();
        }

        @Override
        public List<Integer> endTokens() {
            return new ArrayList<>(List.of(vocabularySize - 1));
        }

        @Override
        public boolean isControl(int token) {
            return token == vocabularySize - 1;
        }

        @Override
        public String text(int token) {
            return String.valueOf((char) ('0' + token));
        }
    }
}
