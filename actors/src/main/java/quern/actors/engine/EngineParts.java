package quern.actors.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.serving.Embedder;
import quern.actors.serving.Embedders;
import quern.actors.serving.Prompt;
import quern.actors.serving.PromptEncoder;
import quern.config.ApplianceConfig;
import quern.config.EngineConfig;
import quern.config.EngineConfig.Pooling;
import quern.config.QuernException;
import quern.config.WeightsConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.cache.TierRates;
import quern.inference.convert.QuantizedFile;
import quern.inference.engine.EngineLoop;
import quern.inference.format.EncoderFiles;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.ModelFingerprint;
import quern.inference.packed.PackedFiles;
import quern.inference.packed.PackedMatrices;
import quern.inference.packed.PackedPlace;
import quern.inference.packed.PackedWeights;
import quern.kv.DataDirectory;
import quern.kv.FileStamp;
import quern.kv.FingerprintFile;
import quern.kv.TierStack;
import quern.kv.journal.ModelRecord;

/**
 * A loaded model with everything it runs on. Loading blocks for seconds. Closing frees the memory of all of it, so the
 * engine must have stopped.
 *
 * @param modelId what requests call the base model
 * @param contextTokens longest prompt plus answer
 * @param memoryBytes that weights and KV arena take
 * @param encoderPart makes embeddings beside the model, or instead of it
 * @param generates whether the model was asked for; if not, it is only what the engine's steps need to run
 * @param preparation what is left to do while nobody asks
 */
public record EngineParts(
        ApplianceConfig config,
        Machine machine,
        LoadedModel model,
        String modelId,
        TierStack tiers,
        int contextTokens,
        long memoryBytes,
        Optional<EncoderPart> encoderPart,
        boolean generates,
        Preparation preparation)
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineParts.class);
    private static final int TEXTS_IN_FLIGHT_MAX = 32;
    /** A step of a larger model may wait for the disk: no start does that before it is ready. */
    private static final long REHEARSED_BYTES_MAX = 4L << 30;

    /**
     * @param machine what it runs on, beside other models; outlives it
     * @param imports what is known of a path that was imported
     * @param progress told what is being done
     * @param beside runs what need not wait for its turn
     * @throws quern.config.QuernException if the model or its blocks cannot be had
     */
    public static EngineParts load(
            ApplianceConfig config, Machine machine, Function<Path, Optional<ModelRecord>> imports,
            Consumer<String> progress, Executor beside) {
        var opened = new ArrayList<AutoCloseable>();
        try {
            DataDirectory directory = machine.directory();
            Backend backend = machine.backend();
            EngineConfig engine = config.engine();
            boolean generates = engine.model().filter(EncoderFiles::isEncoder).isEmpty();
            requireOneEncoder(engine, generates);
            Path path = engine.model().filter(model -> generates)
                    .orElseGet(() -> EmbeddedModel.unpack(directory.models()));
            Optional<ModelRecord> imported = imports.apply(path);
            FingerprintFile fingerprints = FingerprintFile.in(directory.root());
            ModelFingerprint stamps = ModelFingerprint.before(path);
            ModelFile file = ModelFiles.open(path);
            opened.add(file);
            CompletableFuture<Void> tokenizer = CompletableFuture.runAsync(file::tokenizer, beside);
            opened.add(() -> await(tokenizer));
            String fingerprint = stamps.of(file, fingerprints, (done, total) -> { });
            imported.ifPresent(record -> requireSame(record, fingerprint));
            ModelFile stored = QuantizedFile.of(file, engine.loadType(), backend.team());
            String loaded = QuantizedFile.fingerprint(fingerprint, engine.loadType());
            Optional<PackedMatrices> packed = packed(config, directory, backend, path, stored, loaded, progress)
                    .map(whole -> WeightPlan.arrange(config, whole, beside));
            packed.ifPresent(opened::add);
            LoadedModel model = packed.isPresent()
                    ? LoadedModel.load(stored, backend.kernels(), engine.product(), loaded, packed.get())
                    : LoadedModel.load(stored, backend.kernels(), engine.product(), loaded);
            Optional<EncoderPart> encoder = (generates ? engine.embeddingModel() : engine.model()).map(
                    one -> EncoderPart.load(one, engine, backend.kernels(), fingerprints, imports));
            encoder.ifPresent(opened::add);
            var layout = model.kvLayout(config.kv());
            TierStack tiers = machine.blocks().stack(layout.blockBytes(), layout + " " + model.arithmetic());
            opened.add(tiers);
            CompletableFuture<Void> lower = CompletableFuture.runAsync(tiers::openLower, beside);
            opened.add(() -> await(lower));
            progress.accept("the model is loaded; its kernels are warming up");
            var steps = new StepProfileFile(directory.root(), Clock.systemUTC());
            Preparation preparation = generates ? Preparation.begin(model, config, steps, backend)
                    : Preparation.none(model, config, steps);
            opened.add(preparation);
            preparation.value(tiers);
            String id = engine.model().isEmpty() || !generates ? EmbeddedModel.NAME
                    : imported.map(ModelRecord::name).orElseGet(() -> idOf(path));
            int trained = model.shape().contextTokens();
            int limit = engine.contextTokens();
            await(tokenizer);
            await(lower);
            long own = model.packedBytes().orElseGet(() -> bytesOf(path));
            expectKnownPrompts(preparation, tiers, own);
            long weights = own + encoder.map(one -> bytesOf(
                    generates ? engine.embeddingModel().orElseThrow() : engine.model().orElseThrow())).orElse(0L);
            return new EngineParts(config, machine, model, id, tiers, limit == 0 ? trained : Math.min(trained, limit),
                    weights + config.kv().hot().bytes(), encoder, generates, preparation);
        } catch (RuntimeException | Error failure) {
            closeAll(opened.reversed(), failure);
            throw failure;
        }
    }

    private static void expectKnownPrompts(Preparation preparation, TierStack tiers, long weightBytes) {
        boolean stored = tiers.stats().values().stream().anyMatch(tier -> tier.entries() > 0);
        if (stored && weightBytes < REHEARSED_BYTES_MAX) {
            preparation.expectKnownPrompts();
        }
    }

    private static Optional<PackedWeights> packed(ApplianceConfig config, DataDirectory directory, Backend backend,
            Path path, ModelFile stored, String fingerprint, Consumer<String> progress) {
        var place = PackedPlace.in(directory.root(), config.start());
        try {
            long bytes = bytesOf(path);
            boolean asked = config.start().packedFiles() && config.weights().residentLayers() != WeightsConfig.AUTO;
            if (!asked && !place.isWanted(bytes)) {
                return Optional.empty();
            }
            Path packed = place.of(path, config.engine().loadType(), fingerprint);
            return new PackedFiles(backend.kernels(), FingerprintFile.in(directory.root()), place.segments(packed),
                    progress).open(stored, fingerprint, packed);
        } catch (IOException unusable) {
            LOG.warn("packed weights are not kept: {}", unusable.toString());
            return Optional.empty();
        }
    }

    private static long bytesOf(Path model) {
        try {
            return FileStamp.ofAll(model).stream().mapToLong(FileStamp::bytes).sum();
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Waits for the end of it, whatever that is: what failed fails again for whoever needs it. */
    private static void await(CompletableFuture<Void> running) {
        running.handle((done, failure) -> done).join();
    }

    private static void closeAll(List<AutoCloseable> parts, Throwable failure) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static void requireOneEncoder(EngineConfig engine, boolean generates) {
        if (!generates && engine.embeddingModel().isPresent()) {
            throw new QuernException(QuernException.Category.ERROR, "engine.model " + engine.model().orElseThrow()
                    + " is an encoder and engine.embedding-model is " + engine.embeddingModel().get()
                    + ", expected one encoder at most");
        }
    }

    static void requireSame(ModelRecord record, String fingerprint) {
        if (!record.fingerprint().equals(fingerprint)) {
            throw new QuernException(QuernException.Category.ERROR, "model '" + record.name() + "' at " + record.path()
                    + " changed since it was imported: fingerprint " + fingerprint + ", expected "
                    + record.fingerprint() + "; remove it with 'quern rm " + record.name() + "' and import it again");
        }
    }

    static String idOf(Path model) {
        String name = model.toAbsolutePath().normalize().getFileName().toString();
        return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    }

    /** The kernels in use, and why faster ones are not. */
    public BackendChoice choice() {
        return machine.choice();
    }

    /** A loop over this model and its tiers; one at a time. Its steps take turns with those of other models. */
    public EngineLoop newLoop() {
        EngineLoop loop = new EngineLoop(
                model, encoderPart.map(EncoderPart::encoder), tiers, model.kvLayout(config.kv()), config.engine());
        loop.take(machine.backend().team().turns());
        preparation.adopt(loop);
        return loop;
    }

    /** Rates of loading begin where the last process left them, and are kept for the next. */
    public void keep(TierRates rates) {
        RatesKeeper.attach(new TierRatesFile(machine.directory().root(), Clock.systemUTC()),
                RatesKeeper.named(machine.directory().blocks(), preparation.of(),
                        String.valueOf(machine.directory().vault().sealing())), rates, System::nanoTime);
    }

    /** What makes embeddings: the model's pooled hidden states, and the encoder. */
    public Embedders embedders() {
        EngineConfig engine = config.engine();
        int inFlightMax = Math.min(TEXTS_IN_FLIGHT_MAX, engine.queueMax());
        var decoder = new Embedder(model.shape().hidden(), contextTokens, model.shape().vocabulary(),
                Math.min(inFlightMax, Math.max(1, engine.sequencesMax() / 2)),
                Optional.of(engine.pooling().or(model::pooling).orElse(Pooling.MEAN)),
                inputs(model.tokenizer()::encodeFramed));
        return new Embedders(generates ? Optional.of(decoder) : Optional.empty(), encoderPart.map(part -> new Embedder(
                part.encoder().shape().hidden(), part.encoder().shape().contextTokens(),
                part.encoder().shape().vocabulary(), inFlightMax, Optional.empty(), inputs(part.encoder()::tokens))));
    }

    private static PromptEncoder inputs(Function<String, int[]> tokens) {
        return prompt -> switch (prompt) {
            case Prompt.Text(String text) -> tokens.apply(text);
            case Prompt.Tokens(List<Integer> ids) -> ids.stream().mapToInt(Integer::intValue).toArray();
            case Prompt.Chat chat -> throw new QuernException(
                    QuernException.Category.ERROR, "a conversation has no embedding");
        };
    }

    /** Prompts as this model wants them, answers as requests want them. */
    public PromptEncoder encoder() {
        return new ModelText(model, config.grammar());
    }

    /** Why faster backends were not taken, and lower tiers that were emptied or left out, layers that are read. */
    public List<String> remarks() {
        var remarks = new ArrayList<String>();
        choice().refusals().forEach(refusal -> remarks.add("backend " + refusal.name() + ": " + refusal.reason()));
        remarks.addAll(tiers.reports());
        model.streamed().map(weights -> "weights: " + weights.pinnedLayers() + " of " + weights.layers()
                + " layers stay in memory, each step reads " + WeightPlan.size(weights.streamedBytes()))
                .ifPresent(remarks::add);
        return remarks;
    }

    /** Id of what was asked for: the model's, else the encoder's. */
    public String servedId() {
        return generates ? modelId : encoderPart.orElseThrow().id();
    }

    /** Fingerprint of the base weights, as short as replies carry it. */
    public String shortFingerprint() {
        return model.fingerprint().substring(0, 12);
    }

    @Override
    public void close() {
        preparation.close();
        tiers.close();
        encoderPart.ifPresent(EncoderPart::close);
        model.close();
    }
}
