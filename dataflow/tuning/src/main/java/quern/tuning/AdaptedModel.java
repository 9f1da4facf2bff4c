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
import quern.gpu.kernel.Kernels;
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
     * A (rank, inputs) is uniform as PEFT draws it (Kaiming, a = sqrt 5), B zero, magnitudes are the lengths of the
     * rows: nothing is changed yet.
     *
     * @throws QuernException if the model has parts whose gradients are not known
     */
    public AdaptedModel(LoadedModel model, LoraSettings settings, Backend backend) {
        this(model, settings, backend, true);
    }

    /** One whose parameters have no room for gradients, which are never taken. */
    public static AdaptedModel withoutGradients(LoadedModel model, LoraSettings settings, Backend backend) {
        return new AdaptedModel(model, settings, backend, false);
    }

    /** What an adapter begins with. */
    static LoraWeights first(LoadedModel model, LoraSettings settings, Backend backend) {
        return withoutGradients(model, settings, backend).weights();
    }

    private AdaptedModel(LoadedModel model, LoraSettings settings, Backend backend, boolean gradients) {
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
                    adapters.put(name, adapter(byName.get(name), draws, backend.kernels(), gradients));
                }
            }
        }
        this.network = network(model, adapters, backend);
    }

    private Adapter adapter(Linear beside, FirstDraws draws, Kernels kernels, boolean gradients) {
        int inputs = beside.matrix().columns();
        int outputs = beside.matrix().rows();
        Parameter a = zeros(beside.name() + ".lora_a", settings.rank(), inputs, gradients);
        draws.fill(a.values());
        Parameter b = zeros(beside.name() + ".lora_b", outputs, settings.rank(), gradients);
        if (!settings.dora()) {
            return new Adapter(a, b, settings.scale(), Optional.empty());
        }
        Parameter magnitudes = zeros(beside.name() + ".lora_m", outputs, 1, gradients);
        kernels.rowNorms(beside.matrix(), a.values(), b.values(), settings.scale(), magnitudes.values().values());
        return new Adapter(a, b, settings.scale(), Optional.of(magnitudes));
    }

    private static Parameter zeros(String name, int rows, int columns, boolean gradients) {
        return new Parameter(name, new Rows(rows, columns), new Rows(gradients ? rows : 0, columns), true);
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

    /** A, B and maybe magnitudes of every target, in a fixed order. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (Adapter adapter : adapters.values()) {
            parameters.add(adapter.a());
            parameters.add(adapter.b());
            adapter.magnitudes().ifPresent(parameters::add);
        }
        return parameters;
    }

    /** The adapter as it is now, a copy. */
    public LoraWeights weights() {
        SortedMap<String, Pair> targets = new TreeMap<>();
        adapters.forEach((name, adapter) -> targets.put(name, new Pair(copy(adapter.a().values()),
                copy(adapter.b().values()), adapter.magnitudes().map(own -> copy(own.values())))));
        return new LoraWeights(settings.rank(), settings.scale(), targets);
    }

    private static Rows copy(Rows rows) {
        return new Rows(rows.values().clone(), rows.count(), rows.width());
    }

    /**
     * Takes the numbers of another adapter of the same shape.
     *
     * @throws QuernException if rank, scale, targets or whether there are magnitudes differ
     */
    public void load(LoraWeights weights) {
        if (weights.hasMagnitudes() != settings.dora()) {
            throw new QuernException(QuernException.Category.ERROR, "adapter " + (settings.dora()
                    ? "without magnitudes, expected DoRA's" : "with DoRA's magnitudes, expected none"));
        }
        if (weights.rank() != settings.rank() || weights.scale() != settings.scale()
                || !weights.targets().keySet().equals(adapters.keySet())) {
            throw new QuernException(QuernException.Category.ERROR, "adapter of rank " + weights.rank() + ", scale "
                    + weights.scale() + ", " + weights.targets().size() + " matrices, expected rank "
                    + settings.rank() + ", scale " + settings.scale() + ", " + adapters.size() + " of other names");
        }
        weights.targets().forEach((name, pair) -> {
            fill(name, pair.a(), adapters.get(name).a().values());
            fill(name, pair.b(), adapters.get(name).b().values());
            adapters.get(name).magnitudes().ifPresent(own ->
                    fill(name, pair.magnitudes().orElseGet(() -> new Rows(0, 1)), own.values()));
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
