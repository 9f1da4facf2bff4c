package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.config.EngineConfig.Pooling;
import quern.gpu.tensor.Tensor;
import quern.inference.encoder.EncoderShape;
import quern.inference.tokenizer.Tokenizer;

/** An encoder in a directory as transformers and sentence-transformers write it. */
final class EncoderDirectory implements EncoderFile {

    static final int CONFIG_BYTES_MAX = 1 << 20;

    private static final List<String> DESCRIPTIONS = List.of("config.json", "tokenizer.json", "tokenizer_config.json",
            "modules.json", "sentence_bert_config.json", "vocab.txt");

    private final Path directory;
    private final Arena arena;
    private final SafetensorsFiles files;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final EncoderShape shape;
    private final Optional<Pooling> pooling;
    private final JsonNode config;
    private Tokenizer tokenizer;

    /** @param arena what the files are mapped in; closed by {@link #close()} */
    EncoderDirectory(Path directory, Arena arena) {
        this.directory = directory;
        this.arena = arena;
        this.config = JsonFiles.object(directory.resolve("config.json"), CONFIG_BYTES_MAX);
        EncoderShape trained = new EncoderFamily(config, directory.toString()).shape();
        int tokensMax = PoolingFiles.tokensMax(directory).orElse(trained.contextTokens());
        this.shape = trained.within(Math.min(tokensMax, trained.contextTokens()));
        this.pooling = PoolingFiles.of(directory);
        this.files = new SafetensorsFiles(directory, DESCRIPTIONS, arena);
        files.weights().forEach(this::addTensors);
    }

    private void addTensors(String file, MemorySegment bytes) {
        String where = directory.resolve(file).toString();
        SafetensorsReader.read(bytes, where, EncoderNames::isUnused).forEach((name, tensor) -> {
            String gguf = EncoderNames.gguf(name).orElseThrow(() -> new ModelFormatException(
                    where, "tensor " + name + " is none of an encoder's"));
            Tensor renamed = new Tensor(gguf, tensor.type(), tensor.rows(), tensor.columns(), tensor.bytes());
            if (tensors.put(gguf, renamed) != null) {
                throw new ModelFormatException(directory.toString(), "tensor " + name + " is there twice");
            }
        });
    }

    @Override
    public EncoderShape shape() {
        return shape;
    }

    @Override
    public Set<String> tensorNames() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFormatException(directory.toString(), "has no tensor " + name);
        }
        return tensor;
    }

    @Override
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = new HuggingFaceVocabulary(directory, config).tokenizer(shape.vocabulary());
        }
        return tokenizer;
    }

    @Override
    public Optional<Pooling> pooling() {
        return pooling;
    }

    @Override
    public String name() {
        return directory.toAbsolutePath().normalize().getFileName().toString();
    }

    @Override
    public String fingerprint(ModelFingerprint.Progress progress) {
        return files.fingerprint(progress);
    }

    @Override
    public void close() {
        arena.close();
    }
}
