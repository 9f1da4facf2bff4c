package quern.inference.encoder;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import quern.config.EngineConfig.Pooling;
import quern.gpu.kernel.Activation;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.TinyModel;
import quern.inference.format.EncoderFile;
import quern.inference.format.ModelFingerprint;
import quern.inference.tokenizer.Tokenizer;

/** An encoder of random numbers with awkward sizes; its tokens are letters. */
public final class TinyEncoder implements EncoderFile {

    private final EncoderShape shape;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Random random;

    public TinyEncoder(EncoderShape shape, long seed) {
        this.shape = shape;
        this.random = new Random(seed);
        int hidden = shape.hidden();
        put("token_embd.weight", shape.vocabulary(), hidden, 0, 1);
        put("position_embd.weight", shape.contextTokens() + shape.positionOffset(), hidden, 0, 0.5);
        if (shape.tokenTypes()) {
            put("token_types.weight", 2, hidden, 0, 0.5);
        }
        norm("token_embd_norm");
        for (int i = 0; i < shape.layers(); i++) {
            String prefix = "blk." + i + ".";
            for (String name : new String[] {"attn_q", "attn_k", "attn_v", "attn_output"}) {
                linear(prefix + name, hidden, hidden);
            }
            norm(prefix + "attn_output_norm");
            linear(prefix + "ffn_up", shape.feedForward(), hidden);
            linear(prefix + "ffn_down", hidden, shape.feedForward());
            norm(prefix + "layer_output_norm");
        }
    }

    /** Token types, exact GELU, heads of 7. */
    public static TinyEncoder bert(long seed) {
        return new TinyEncoder(new EncoderShape(
                "bert", 3, 35, 5, 51, 67, 70, 0, true, 1e-12f, Activation.GELU), seed);
    }

    /** Positions that begin at 2, no token types, tanh GELU. */
    public static TinyEncoder roberta(long seed) {
        return new TinyEncoder(new EncoderShape(
                "roberta", 2, 32, 4, 40, 41, 66, 2, false, 1e-5f, Activation.GELU_TANH), seed);
    }

    private void linear(String name, int rows, int columns) {
        put(name + ".weight", rows, columns, 0, 1.4 / Math.sqrt(columns));
        put(name + ".bias", 1, rows, 0, 0.3);
    }

    private void norm(String name) {
        put(name + ".weight", 1, shape.hidden(), 1, 0.2);
        put(name + ".bias", 1, shape.hidden(), 0, 0.3);
    }

    private void put(String name, int rows, int columns, double mean, double deviation) {
        float[] weights = new float[rows * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (mean + deviation * random.nextGaussian());
        }
        MemorySegment bytes = Arena.ofAuto().allocate(4L * weights.length, 64);
        MemorySegment.copy(weights, 0, bytes, ValueLayout.JAVA_FLOAT, 0, weights.length);
        values.put(name, weights);
        tensors.put(name, new Tensor(name, ElementType.F32, rows, columns, bytes));
    }

    /** The numbers of a tensor, row-major. */
    public float[] values(String name) {
        return values.get(name);
    }

    /** All tensors by name. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public EncoderShape shape() {
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
        return new TinyModel.LetterTokenizer(shape.vocabulary());
    }

    @Override
    public Optional<Pooling> pooling() {
        return Optional.of(Pooling.MEAN);
    }

    @Override
    public String name() {
        return "tiny-" + shape.architecture();
    }

    @Override
    public String fingerprint(ModelFingerprint.Progress progress) {
        return name();
    }

    @Override
    public void close() {
        tensors.clear();
    }
}
