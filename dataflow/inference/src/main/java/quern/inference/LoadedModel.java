package quern.inference;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import quern.config.EngineConfig;
import quern.config.KvConfig;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.inference.format.ModelFile;
import quern.inference.packed.PackedMatrices;
import quern.inference.packed.StreamedWeights;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.CacheType;
import quern.inference.transformer.LayerGate;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Transformer;
import quern.inference.transformer.TransformerWeights;

/**
 * A model ready to run: packed weights, tokenizer, chat template and the adapters served beside it. Read-only but for
 * {@link #adapters()}. Owns its file.
 */
public final class LoadedModel implements AutoCloseable {

    private final ModelFile file;
    private final Kernels kernels;
    private final EngineConfig.Product product;
    private final TransformerWeights weights;
    private final AdapterRegistry adapters;
    private final Supplier<String> fingerprint;
    private final Optional<PackedMatrices> packed;

    private LoadedModel(ModelFile file, Kernels kernels, EngineConfig.Product product, TransformerWeights weights,
            Supplier<String> fingerprint, Optional<PackedMatrices> packed) {
        this.file = file;
        this.packed = packed;
        this.fingerprint = fingerprint;
        this.kernels = kernels;
        this.product = product;
        this.weights = weights;
        this.adapters = new AdapterRegistry(weights.adaptable());
    }

    /**
     * Packs the file's weights for a backend. On success the model owns the file, otherwise the caller still does.
     *
     * @throws quern.config.QuernException if a tensor is absent, misshapen or of a type the backend refuses
     */
    public static LoadedModel load(ModelFile file, Kernels kernels, EngineConfig.Product product) {
        return new LoadedModel(file, kernels, product, TransformerWeights.of(file, kernels), file::fingerprint,
                Optional.empty());
    }

    /**
     * The same for a file whose fingerprint is known.
     *
     * @param fingerprint see {@link quern.inference.format.ModelFingerprint}
     */
    public static LoadedModel load(
            ModelFile file, Kernels kernels, EngineConfig.Product product, String fingerprint) {
        return new LoadedModel(file, kernels, product, TransformerWeights.of(file, kernels), () -> fingerprint,
                Optional.empty());
    }

    /** The same with matrices that are packed already, which the model owns as it does the file. */
    public static LoadedModel load(ModelFile file, Kernels kernels, EngineConfig.Product product, String fingerprint,
            PackedMatrices packed) {
        return new LoadedModel(file, kernels, product, TransformerWeights.of(file, kernels, packed),
                () -> fingerprint, Optional.of(packed));
    }

    public ModelShape shape() {
        return file.shape();
    }

    public Tokenizer tokenizer() {
        return file.tokenizer();
    }

    public Optional<String> chatTemplate() {
        return file.chatTemplate();
    }

    /** See {@link ModelFile#pooling()}. */
    public Optional<EngineConfig.Pooling> pooling() {
        return file.pooling();
    }

    public String name() {
        return file.name();
    }

    /** See {@link ModelFile#fingerprint()}. */
    public String fingerprint() {
        return fingerprint.get();
    }

    public EngineConfig.Product product() {
        return product;
    }

    public Kernels kernels() {
        return kernels;
    }

    /** The frozen base weights. */
    public TransformerWeights weights() {
        return weights;
    }

    /**
     * The weights as they are read layer by layer; absent where memory holds all of them. One forward pass at a time
     * may run then, and nothing but {@link #transformer()} may compute with {@link #weights()}.
     */
    public Optional<StreamedWeights> streamed() {
        return packed.filter(StreamedWeights.class::isInstance).map(StreamedWeights.class::cast);
    }

    /** Memory that packed weights take; empty where they are not kept in a file: then about what the model's take. */
    public OptionalLong packedBytes() {
        return packed.isPresent() ? OptionalLong.of(packed.get().memoryBytes()) : OptionalLong.empty();
    }

    public AdapterRegistry adapters() {
        return adapters;
    }

    /**
     * How this model's keys and values lie in a block.
     *
     * @throws quern.config.QuernException if its heads do not fit the type
     */
    public KvLayout kvLayout(KvConfig config) {
        return CacheType.layout(shape(), config);
    }

    /** Everything besides weights and layout that the bits of a cached block depend on. */
    public String arithmetic() {
        return product + ":" + kernels.name() + ":" + kernels.arithmeticVersion();
    }

    /** A forward pass over these weights with buffers of its own. */
    public Transformer transformer() {
        return new Transformer(shape(), weights, kernels, product,
                packed.map(PackedMatrices::gate).orElse(LayerGate.NONE));
    }

    @Override
    public void close() {
        adapters.close();
        packed.ifPresent(PackedMatrices::close);
        file.close();
    }
}
