package quern.inference.fit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import quern.gpu.scalar.RandomWeights;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFile;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.TransformerWeights.Dense;
import quern.inference.transformer.TransformerWeights.Layer;
import quern.inference.transformer.TransformerWeights.Linear;
import quern.inference.transformer.TransformerWeights.Mixture;

/**
 * A small model of random weights that runs through the same code as a large one: the same kind of layers, matrix
 * types, head size and grouping, of everything else as little as the types allow. What it says means nothing.
 */
final class Miniature implements ModelFile {

    private static final int LAYERS_MAX = 3;
    private static final int WIDTH = 256;
    private static final int VOCABULARY_MAX = 512;
    /** Of norms and biases: random matrices are large, and keys and values have to fit F16. */
    private static final float VECTOR_VALUE = 0x1p-10f;

    private final LoadedModel whole;
    private final List<Integer> layers;
    private final ModelShape shape;
    private final Map<String, ElementType> types = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Map<String, Integer> columns = new HashMap<>();

    Miniature(LoadedModel whole) {
        this.whole = whole;
        this.layers = differentLayers(whole);
        this.shape = small(whole.shape(), layers);
        for (int i = 0; i < layers.size(); i++) {
            describe(i, whole.weights().layers().get(layers.get(i)));
        }
        matrix("token_embd", whole.weights().embedding().type(), shape.vocabulary(), shape.hidden());
        matrix("output", whole.weights().output().matrix().type(), shape.vocabulary(), shape.hidden());
    }

    /** The first layer of each combination of attention, feed-forward and types. */
    private static List<Integer> differentLayers(LoadedModel whole) {
        List<Integer> chosen = new ArrayList<>();
        Set<List<Object>> seen = new HashSet<>();
        for (int i = 0; i < whole.shape().layers() && chosen.size() < LAYERS_MAX; i++) {
            var layer = whole.weights().layers().get(i);
            List<Object> kind = new ArrayList<>(layer.linears().stream().map(l -> (Object) l.matrix().type()).toList());
            kind.add(whole.shape().layer(i).windowTokens() > 0);
            kind.add(whole.shape().layer(i).rope().isPresent());
            kind.add(whole.shape().sparse(i));
            if (seen.add(kind)) {
                chosen.add(i);
            }
        }
        return chosen;
    }

    private static ModelShape small(ModelShape large, List<Integer> layers) {
        Traits traits = large.traits();
        Traits few = new Traits(traits.norms(), traits.queryKeyNorm(), traits.activation(), traits.multipliers(),
                traits.attentionSoftcap(), traits.logitSoftcap(),
                traits.layers().isEmpty() ? List.of() : layers.stream().map(traits.layers()::get).toList(),
                traits.experts().map(experts -> new Experts(Math.min(experts.count(), experts.chosen() + 1),
                        experts.chosen(), WIDTH, experts.normalized(), denseAmong(layers, experts))));
        int group = large.heads() / large.kvHeads();
        // A row of the attention's output has to be whole blocks of whatever type that matrix has.
        int kvHeads = group * large.headSize() % WIDTH == 0 ? 1 : large.kvHeads();
        return new ModelShape(large.architecture(), layers.size(), WIDTH, group * kvHeads, kvHeads,
                large.headSize(), WIDTH, Math.min(VOCABULARY_MAX, large.vocabulary()), large.contextTokens(),
                large.normEpsilon(), large.rope(), large.tiedEmbeddings(), large.attentionBias(), few);
    }

    private static Set<Integer> denseAmong(List<Integer> layers, Experts experts) {
        Set<Integer> dense = new HashSet<>();
        for (int i = 0; i < layers.size(); i++) {
            if (experts.denseLayers().contains(layers.get(i))) {
                dense.add(i);
            }
        }
        return dense;
    }

    private void describe(int index, Layer layer) {
        String prefix = "blk." + index + ".";
        int queries = shape.heads() * shape.headSize();
        int keys = shape.kvHeads() * shape.headSize();
        product(prefix + "attn_q", layer.query(), queries, WIDTH);
        product(prefix + "attn_k", layer.key(), keys, WIDTH);
        product(prefix + "attn_v", layer.value(), keys, WIDTH);
        product(prefix + "attn_output", layer.attentionOutput(), WIDTH, queries);
        boolean perHead = shape.traits().queryKeyNorm() == Traits.QueryKeyNorm.HEAD;
        columns.put(prefix + "attn_q_norm.weight", perHead ? shape.headSize() : queries);
        columns.put(prefix + "attn_k_norm.weight", perHead ? shape.headSize() : keys);
        switch (layer.feedForward()) {
            case Dense dense -> describe(prefix, "", dense);
            case Mixture mixture -> {
                int count = shape.traits().experts().orElseThrow().count();
                product(prefix + "ffn_gate_inp", mixture.router(), count, WIDTH);
                for (int i = 0; i < count; i++) {
                    describe(prefix, "." + i, mixture.experts().get(i));
                }
            }
        }
    }

    private void describe(String prefix, String suffix, Dense dense) {
        product(prefix + "ffn_gate" + suffix, dense.gate(), WIDTH, WIDTH);
        product(prefix + "ffn_up" + suffix, dense.up(), WIDTH, WIDTH);
        product(prefix + "ffn_down" + suffix, dense.down(), WIDTH, WIDTH);
    }

    private void product(String name, Linear linear, int rowCount, int columnCount) {
        matrix(name, linear.matrix().type(), rowCount, columnCount);
        if (linear.bias().isPresent()) {
            names.add(name + ".bias");
            columns.put(name + ".bias", rowCount);
        }
    }

    private void matrix(String name, ElementType type, int rowCount, int columnCount) {
        types.put(name + ".weight", type);
        rows.put(name + ".weight", rowCount);
        columns.put(name + ".weight", columnCount);
    }

    @Override
    public ModelShape shape() {
        return shape;
    }

    @Override
    public Set<String> tensorNames() {
        return Set.copyOf(names);
    }

    @Override
    public Tensor tensor(String name) {
        int width = columns.getOrDefault(name, WIDTH);
        if (!types.containsKey(name)) {
            float[] values = new float[width];
            Arrays.fill(values, VECTOR_VALUE);
            return new Tensor(name, ElementType.F32, 1, width, MemorySegment.ofArray(values));
        }
        return RandomWeights.of(types.get(name), rows.get(name), width, new Random(name.hashCode()));
    }

    @Override
    public Tokenizer tokenizer() {
        return whole.tokenizer();
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.empty();
    }

    @Override
    public String name() {
        return whole.name() + " in small";
    }

    @Override
    public String fingerprint() {
        return "in small";
    }

    @Override
    public void close() {
        // Holds nothing: its tensors are arrays.
    }
}
