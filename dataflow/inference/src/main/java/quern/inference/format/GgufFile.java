package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.config.EngineConfig.Pooling;
import quern.gpu.tensor.Tensor;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/** A model in one GGUF file. */
final class GgufFile implements ModelFile {

    private final MemorySegment bytes;
    private final String where;
    private final Runnable release;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;
    private final ModelShape shape;
    private Tokenizer tokenizer;
    private String fingerprint;

    /**
     * @param bytes the whole file
     * @param where its name for messages
     * @param release frees {@code bytes}; run once, by {@link #close()}
     */
    GgufFile(MemorySegment bytes, String where, Runnable release) {
        this.bytes = bytes;
        this.where = where;
        this.release = release;
        GgufHeader header = GgufReader.read(bytes, where);
        this.metadata = header.metadata();
        ModelShape found = GgufShape.of(header, where);
        this.tensors = SplitTensors.of(header.tensors(), found);
        this.shape = ShapeTensors.checked(found, tensors, where);
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
            throw new ModelFormatException(where, "has no tensor " + name);
        }
        return tensor;
    }

    @Override
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = GgufVocabulary.tokenizer(metadata, shape.vocabulary(), where);
        }
        return tokenizer;
    }

    @Override
    public Optional<String> chatTemplate() {
        return metadata.text("tokenizer.chat_template");
    }

    @Override
    public Optional<Pooling> pooling() {
        return PoolingFiles.of(metadata, metadata.text("general.architecture").orElse(""), where);
    }

    @Override
    public String name() {
        return metadata.text("general.name").filter(name -> !name.isBlank())
                .orElse(Path.of(where).getFileName().toString());
    }

    @Override
    public String fingerprint() {
        return fingerprint((done, total) -> { });
    }

    @Override
    public synchronized String fingerprint(ModelFingerprint.Progress progress) {
        if (fingerprint == null) {
            var digest = Fingerprints.sha256();
            Fingerprints.update(digest, bytes, 0, bytes.byteSize(), progress);
            fingerprint = HexFormat.of().formatHex(digest.digest());
        }
        return fingerprint;
    }

    @Override
    public void close() {
        release.run();
    }
}
