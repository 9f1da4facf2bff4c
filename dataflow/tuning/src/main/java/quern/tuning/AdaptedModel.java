package quern.tuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.Traits;
import quern.inference.transformer.TransformerWeights;
import quern.inference.transformer.TransformerWeights.Dense;
import quern.inference.transformer.TransformerWeights.Layer;
import quern.inference.transformer.TransformerWeights.Linear;
import quern.tuning.network.AdaptedProjection;
import quern.tuning.network.AdaptedProjection.Adapter;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.DecoderNetwork.BlockWeights;
import quern.tuning.network.DecoderNetwork.Weights;
import quern.tuning.network.Embedding;
import quern.tuning.network.Norm;
import quern.tuning.network.Parameter;
import quern.tuning.network.Projection;
import quern.tuning.network.ScratchRows;

/** A loaded model, frozen, with an adapter that is trained beside it. One thread drives it, the engine's. */
public final class AdaptedModel {

    private final LoraSettings settings;
    private final Map<String, Adapter> adapters = new LinkedHashMap<>();
    private final DecoderNetwork network;

    /**
     * A (rank, inputs) is uniform as PEFT draws it (Kaiming, a = sqrt 5), B zero: nothing is changed yet.
     *
     * @throws QuernException if the model has parts whose gradients are not known
     */
    public AdaptedModel(LoadedModel model, LoraSettings settings, Backend backend) {
        checkTrainable(model);
        this.settings = settings;
        FirstDraws draws = new FirstDraws(settings.seed());
        TransformerWeights weights = model.weights();
        for (int layer = 0; layer < weights.layers().size(); layer++) {
            Map<String, Linear> byName = new LinkedHashMap<>();
            weights.layers().get(layer).linears().forEach(linear -> byName.put(linear.name(), linear));
            for (LoraTarget target : LoraTarget.values()) {
                String name = target.tensorName(layer);
                if (settings.targets().contains(target)) {
                    adapters.put(name, adapter(byName.get(name), draws));
                }
            }
        }
        this.network = network(model, adapters, backend);
    }

    private Adapter adapter(Linear beside, FirstDraws draws) {
        int inputs = beside.matrix().columns();
        Parameter a = Parameter.zeros(beside.name() + ".lora_a", settings.rank(), inputs, true);
        draws.fill(a.values());
        Parameter b = Parameter.zeros(beside.name() + ".lora_b", beside.matrix().rows(), settings.rank(), true);
        return new Adapter(a, b, settings.scale());
    }

    private static void checkTrainable(LoadedModel model) {
        model.streamed().ifPresent(weights -> {
            throw new QuernException(QuernException.Category.ERROR, "tuning " + model.name()
                    + ": its gradients need all layers in memory, and only " + weights.pinnedLayers() + " of "
                    + weights.layers() + " stay there (weights.memory, weights.resident-layers)");
        });
        if (!model.shape().traits().equals(Traits.LLAMA)) {
            throw new QuernException(QuernException.Category.ERROR, model.name() + " is of architecture "
                    + model.shape().architecture() + ", which can be served but not tuned; expected one of Llama's"
                    + " kind without windows, other norms, multipliers or experts (llama, qwen2)");
        }
    }

    /**
     * The model alone, to compare with.
     *
     * @throws QuernException as the constructor does
     */
    public static DecoderNetwork frozen(LoadedModel model, Backend backend) {
        checkTrainable(model);
        return network(model, Map.of(), backend);
    }

    private static DecoderNetwork network(LoadedModel model, Map<String, Adapter> adapters, Backend backend) {
        ScratchRows scratch = new ScratchRows();
        Joining joining = new Joining(adapters, backend, scratch);
        TransformerWeights weights = model.weights();
        Weights joined = new Weights(
                new Embedding.Frozen(weights.embedding(), backend.kernels()),
                weights.layers().stream().map(joining::block).toList(),
                Norm.frozen(weights.outputNorm()),
                joining.projection(weights.output()));
        return new DecoderNetwork(model.shape(), joined, backend, scratch);
    }

    private record Joining(Map<String, Adapter> adapters, Backend backend, ScratchRows scratch) {

        BlockWeights block(Layer layer) {
            Dense dense = (Dense) layer.feedForward();
            return new BlockWeights(
                    Norm.frozen(layer.attentionNorm().orElseThrow()), projection(layer.query()),
                    projection(layer.key()), projection(layer.value()), projection(layer.attentionOutput()),
                    Norm.frozen(layer.feedForwardNorm().orElseThrow()), projection(dense.gate()),
                    projection(dense.up()), projection(dense.down()));
        }

        Projection projection(Linear linear) {
            return new AdaptedProjection(
                    linear, Optional.ofNullable(adapters.get(linear.name())), backend.kernels(),
                    backend.trainingKernels(), scratch);
        }
    }

    public DecoderNetwork network() {
        return network;
    }

    /** A and B of every target, in a fixed order. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (Adapter adapter : adapters.values()) {
            parameters.add(adapter.a());
            parameters.add(adapter.b());
        }
        return parameters;
    }

    /** The adapter as it is now, a copy. */
    public LoraWeights weights() {
        SortedMap<String, Pair> targets = new TreeMap<>();
        adapters.forEach((name, adapter) ->
                targets.put(name, new Pair(copy(adapter.a().values()), copy(adapter.b().values()))));
        return new LoraWeights(settings.rank(), settings.scale(), targets);
    }

    private static Rows copy(Rows rows) {
        return new Rows(rows.values().clone(), rows.count(), rows.width());
    }

    /**
     * Takes the numbers of another adapter of the same shape.
     *
     * @throws QuernException if rank, scale or targets differ
     */
    public void load(LoraWeights weights) {
        if (weights.rank() != settings.rank() || weights.scale() != settings.scale()
                || !weights.targets().keySet().equals(adapters.keySet())) {
            throw new QuernException(QuernException.Category.ERROR, "adapter of rank " + weights.rank() + ", scale "
                    + weights.scale() + ", " + weights.targets().size() + " matrices, expected rank "
                    + settings.rank() + ", scale " + settings.scale() + ", " + adapters.size() + " of other names");
        }
        weights.targets().forEach((name, pair) -> {
            fill(name, pair.a(), adapters.get(name).a().values());
            fill(name, pair.b(), adapters.get(name).b().values());
        });
    }

    private static void fill(String name, Rows from, Rows to) {
        if (from.count() != to.count() || from.width() != to.width()) {
            throw new QuernException(QuernException.Category.ERROR, name + ": " + from.count() + " x " + from.width()
                    + ", expected " + to.count() + " x " + to.width());
        }
        System.arraycopy(from.values(), 0, to.values(), 0, to.values().length);
    }
}
