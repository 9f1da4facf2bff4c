package quern.appliance.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.convert.QuantizedFile;
import quern.inference.engine.DirectRun;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.CacheType;
import quern.tuning.AdapterFile;

/**
 * A model loaded for a check: no server, no data directory, no tokenizer. With product F32 it runs on the kernels that
 * equal the definition bit for bit and keeps keys and values as floats; with Q8 it runs as it is served.
 */
final class CheckedModel implements AutoCloseable {

    private static final int TOKENS_MAX = 1 << 20;

    private final Backend backend;
    private final LoadedModel model;
    private final Optional<LoadedAdapter> adapter;
    private final ElementType cache;

    private CheckedModel(Backend backend, LoadedModel model, Optional<LoadedAdapter> adapter, ElementType cache) {
        this.backend = backend;
        this.model = model;
        this.adapter = adapter;
        this.cache = cache;
    }

    /**
     * @param adapter a directory as PEFT writes it; null: none
     * @throws QuernException if model or adapter cannot be read
     */
    static CheckedModel load(GlobalOptions options, String name, Path adapter, Product product) {
        Path path = ModelPath.resolve(name, options);
        var config = options.load().config();
        Backend backend = product == Product.F32 ? exact(config.backend())
                : BackendChoice.choose(config.backend()).backend();
        ModelFile file = null;
        try {
            file = QuantizedFile.of(ModelFiles.open(path), config.engine().loadType(), backend.team());
            LoadedModel model = LoadedModel.load(file, backend.kernels(), product);
            Optional<LoadedAdapter> loaded = Optional.ofNullable(adapter).map(directory -> model.adapters()
                    .publish("checked", AdapterFile.read(directory, model.shape()).weights()));
            ElementType cache = product == Product.Q8 ? CacheType.of(config.kv().type()) : ElementType.F32;
            return new CheckedModel(backend, model, loaded, cache);
        } catch (RuntimeException | Error failure) {
            if (file != null) {
                file.close();
            }
            backend.close();
            throw failure;
        }
    }

    /** A backend that equals the scalar definition, unless the configuration names one. */
    private static Backend exact(BackendConfig config) {
        if (config.choice() != BackendConfig.Choice.AUTO) {
            return BackendChoice.choose(config).backend();
        }
        try {
            return BackendChoice.choose(new BackendConfig(BackendConfig.Choice.VECTOR, config.threads())).backend();
        } catch (QuernException refused) {
            return BackendChoice.choose(new BackendConfig(BackendConfig.Choice.SCALAR, config.threads())).backend();
        }
    }

    DirectRun run() {
        return new DirectRun(model, adapter, cache);
    }

    LoadedModel model() {
        return model;
    }

    /** Ids of {@code --tokens}. @throws UsageProblem naming the part that is no id */
    static int[] tokens(String text) {
        String[] parts = text.strip().split("\\s*,\\s*|\\s+", -1);
        if (parts.length > TOKENS_MAX) {
            throw new UsageProblem("--tokens: " + parts.length + " ids, at most " + TOKENS_MAX);
        }
        return Arrays.stream(parts).mapToInt(CheckedModel::token).toArray();
    }

    private static int token(String part) {
        try {
            return Integer.parseInt(part);
        } catch (NumberFormatException e) {
            throw new UsageProblem("--tokens: '" + (part.length() > 40 ? part.substring(0, 40) + "..." : part)
                    + "' is no token id, expected whole numbers separated by commas", e);
        }
    }

    @Override
    public void close() {
        model.close();
        backend.close();
    }
}
