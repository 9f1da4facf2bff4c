package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.EngineConfig.Pooling;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.tensor.Tensor;
import quern.inference.format.Architecture.Quirk;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/**
 * A model in a directory as Hugging Face's {@code save_pretrained} writes it. Only JSON and safetensors files are read;
 * code beside them is never run, weights in Python's pickle format are refused.
 */
final class SafetensorsDirectory implements ModelFile {

    private static final Logger LOG = LoggerFactory.getLogger(SafetensorsDirectory.class);

    private static final int CONFIG_BYTES_MAX = 1 << 20;
    private static final List<String> DESCRIPTIONS =
            List.of("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json");

    private final Path directory;
    private final Arena arena;
    private final JsonNode config;
    private final SafetensorsFiles files;
    private final Map<String, Tensor> tensors;
    private final ModelShape shape;
    private HuggingFaceVocabulary vocabulary;
    private Tokenizer tokenizer;

    /** @param arena what the files are mapped in; closed by {@link #close()} */
    SafetensorsDirectory(Path directory, Arena arena) {
        this.directory = directory;
        this.arena = arena;
        JsonNode whole = JsonFiles.object(directory.resolve("config.json"), CONFIG_BYTES_MAX);
        TextPart part = TextPart.of(whole);
        this.config = part.config();
        if (!part.whole()) {
            LOG.info("{}: only the language model of {} is used", directory, whole.path("architectures").path(0));
        }
        if (whole.has("auto_map")) {
            LOG.warn("{}: config.json names code to load (auto_map); it is not run", directory);
        }
        Architecture architecture = HuggingFaceShape.architecture(config, directory.toString());
        HuggingFaceNames names = new HuggingFaceNames(architecture.norms());
        this.files = new SafetensorsFiles(directory, DESCRIPTIONS, arena);
        Map<String, Tensor> stored = new LinkedHashMap<>();
        files.weights().forEach((file, bytes) -> addTensors(stored, part, names,
                SafetensorsReader.read(bytes, directory.resolve(file).toString()), file));
        ModelShape found = HuggingFaceShape.of(config, stored.containsKey("output.weight"), directory.toString());
        if (found.tiedEmbeddings()) {
            stored.remove("output.weight");
        }
        if (architecture.has(Quirk.NORMS_LESS_ONE)) {
            stored.replaceAll((name, tensor) -> name.endsWith("_norm.weight") ? plusOne(tensor) : tensor);
        }
        this.tensors = SplitTensors.of(stored, found);
        this.shape = ShapeTensors.checked(found, tensors, directory.toString());
    }

    private static Tensor plusOne(Tensor tensor) {
        float[] values = new float[Math.multiplyExact(tensor.rows(), tensor.columns())];
        for (int row = 0; row < tensor.rows(); row++) {
            Dequantizer.row(tensor, row, values, row * tensor.columns());
        }
        for (int i = 0; i < values.length; i++) {
            values[i] += 1f;
        }
        return Tensor.ofFloats(tensor.name(), tensor.rows(), tensor.columns(), values);
    }

    private void addTensors(
            Map<String, Tensor> stored, TextPart part, HuggingFaceNames names, Map<String, Tensor> found, String file) {
        found.forEach((name, tensor) -> {
            Optional<String> own = part.name(name);
            if (own.isEmpty() || HuggingFaceNames.isDerived(name)) {
                return;
            }
            String gguf = names.gguf(own.get()).orElseThrow(() -> new ModelFormatException(
                    directory.resolve(file).toString(), "tensor " + name + " is none of the model's kind"));
            Tensor renamed = new Tensor(gguf, tensor.type(), tensor.rows(), tensor.columns(), tensor.bytes());
            if (stored.put(gguf, renamed) != null) {
                throw new ModelFormatException(directory.toString(), "tensor " + name + " is in two files");
            }
        });
    }

    @Override
    public ModelShape shape() {
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
            tokenizer = vocabulary().tokenizer(shape.vocabulary());
        }
        return tokenizer;
    }

    @Override
    public Optional<String> chatTemplate() {
        return vocabulary().chatTemplate();
    }

    /** @param local windowed layers have a base of their own */
    RopeMetadata ropeMetadata(boolean local) {
        HuggingFaceRope rope = new HuggingFaceRope(config, shape.headSize(), directory.toString());
        RopeMetadata metadata = rope.metadata();
        return local ? metadata.withLocal(rope.localBase()) : metadata;
    }

    /** Longest context of the model, also where its shape is limited to that before a scaling. */
    int contextTokens() {
        return new ConfigNumbers(config, directory.toString()).number("max_position_embeddings");
    }

    /** What GGUF keeps of the tokenizer; empty if there is none. */
    Optional<GgufTokenizer> ggufTokenizer() {
        return TokenizerExport.of(directory, vocabulary(), shape.vocabulary());
    }

    private synchronized HuggingFaceVocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = new HuggingFaceVocabulary(directory, config);
        }
        return vocabulary;
    }

    @Override
    public Optional<Pooling> pooling() {
        return PoolingFiles.of(directory);
    }

    @Override
    public String name() {
        return directory.toAbsolutePath().normalize().getFileName().toString();
    }

    @Override
    public String fingerprint() {
        return fingerprint((done, total) -> { });
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
