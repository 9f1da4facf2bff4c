package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.config.EngineConfig.Pooling;
import quern.gpu.kernel.Activation;
import quern.gpu.tensor.Tensor;
import quern.inference.encoder.EncoderShape;
import quern.inference.tokenizer.Tokenizer;

/** An encoder in one GGUF file of architecture {@value #ARCHITECTURE}, which holds all of the BERT kind. */
final class GgufEncoder implements EncoderFile {

    static final String ARCHITECTURE = "bert";

    private final MemorySegment bytes;
    private final String where;
    private final Runnable release;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;
    private final EncoderShape shape;
    private final Optional<Pooling> pooling;
    private Tokenizer tokenizer;
    private String fingerprint;

    /** @param release frees {@code bytes}; run once, by {@link #close()} */
    GgufEncoder(MemorySegment bytes, String where, Runnable release) {
        this.bytes = bytes;
        this.where = where;
        this.release = release;
        GgufHeader header = GgufReader.read(bytes, where);
        this.metadata = header.metadata();
        this.tensors = header.tensors();
        String architecture = metadata.text("general.architecture").orElse("(none)");
        if (!architecture.equals(ARCHITECTURE)) {
            throw new ModelFormatException(
                    where, "encoder architecture " + architecture + ", supported is " + ARCHITECTURE);
        }
        this.pooling = PoolingFiles.of(metadata, ARCHITECTURE, where);
        this.shape = EncoderFamily.checked(new EncoderShape(ARCHITECTURE, number("block_count"),
                number("embedding_length"), number("attention.head_count"), number("feed_forward_length"),
                tensor("token_embd.weight").rows(),
                Math.min(number("context_length"), tensor("position_embd.weight").rows()), 0,
                tensors.containsKey("token_types.weight"),
                (float) metadata.real(ARCHITECTURE + ".attention.layer_norm_epsilon"), Activation.GELU), where);
    }

    private int number(String key) {
        return metadata.integer(ARCHITECTURE + "." + key);
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
    public Optional<Pooling> pooling() {
        return pooling;
    }

    @Override
    public String name() {
        return metadata.text("general.name").filter(name -> !name.isBlank())
                .orElse(Path.of(where).getFileName().toString());
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
