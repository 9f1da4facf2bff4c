package quern.inference.convert;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Pooling;
import quern.gpu.ComputeTeam;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFingerprint;
import quern.inference.format.SourceTensor;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.transformer.ModelShape;

/**
 * A model whose matrices of floats are quantised when they are asked for, each by the rule that {@link Conversion}
 * has: the same numbers as a file written by it. Matrices stored in blocks already stay as they are, so do vectors and
 * what would not become smaller.
 * A quantised matrix lives off the heap until nobody holds it.
 */
public final class QuantizedFile implements ModelFile {

    private final ModelFile file;
    private final LoadType loadType;
    private final TypeRule rule;
    private final ComputeTeam team;

    private QuantizedFile(ModelFile file, LoadType loadType, ElementType type, ComputeTeam team) {
        this.file = file;
        this.loadType = loadType;
        this.rule = TypeRule.of(type);
        this.team = team;
    }

    /**
     * The file itself for {@link LoadType#AS_STORED}; else it, quantised.
     *
     * @param team what rows are shared out among, in the thread that asks for a tensor
     */
    public static ModelFile of(ModelFile file, LoadType loadType, ComputeTeam team) {
        return switch (loadType) {
            case AS_STORED -> file;
            case Q8_0 -> new QuantizedFile(file, loadType, ElementType.Q8_0, team);
            case Q4_0 -> new QuantizedFile(file, loadType, ElementType.Q4_0, team);
            case Q4_K -> new QuantizedFile(file, loadType, ElementType.Q4_K, team);
        };
    }

    /** The fingerprint of a model loaded so, from its file's. */
    public static String fingerprint(String ofFile, LoadType loadType) {
        if (loadType == LoadType.AS_STORED) {
            return ofFile;
        }
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(
                    sha.digest((ofFile + " loaded as " + loadType).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every Java platform has SHA-256", missing);
        }
    }

    @Override
    public Tensor tensor(String name) {
        Tensor stored = file.tensor(name);
        int rank = stored.rows() == 1 ? 1 : 2;
        ElementType to = rule.choose(name, stored.columns(), rank, file.shape().tiedEmbeddings()).type();
        boolean smaller = to.bytesOf(stored.columns()) < stored.type().bytesOf(stored.columns());
        return stored.type().blockElements() == 1 && smaller ? quantized(stored, to) : stored;
    }

    private Tensor quantized(Tensor stored, ElementType to) {
        int storedBytes = Math.toIntExact(stored.type().bytesOf(stored.columns()));
        var source = new SourceTensor(stored.name(), stored.type(), List.of(stored.columns(), stored.rows()),
                List.of(), (row, out, at) -> MemorySegment.copy(
                        stored.bytes(), ValueLayout.JAVA_BYTE, (long) row * storedBytes, out, at, storedBytes));
        RowBand band = new RowBand(source, to, row -> null);
        MemorySegment bytes = Arena.ofAuto().allocate((long) stored.rows() * band.rowBytes(), Long.BYTES * 8L);
        for (int from = 0; from < stored.rows(); from += band.rows()) {
            int count = Math.min(band.rows(), stored.rows() - from);
            band.fill(from, count, team);
            MemorySegment.copy(band.bytes(), 0, bytes, ValueLayout.JAVA_BYTE, (long) from * band.rowBytes(),
                    count * band.rowBytes());
        }
        return new Tensor(stored.name(), to, stored.rows(), stored.columns(), bytes);
    }

    @Override
    public ModelShape shape() {
        return file.shape();
    }

    @Override
    public Set<String> tensorNames() {
        return file.tensorNames();
    }

    @Override
    public Tokenizer tokenizer() {
        return file.tokenizer();
    }

    @Override
    public Optional<String> chatTemplate() {
        return file.chatTemplate();
    }

    @Override
    public Optional<Pooling> pooling() {
        return file.pooling();
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public String fingerprint() {
        return fingerprint(file.fingerprint(), loadType);
    }

    @Override
    public String fingerprint(ModelFingerprint.Progress progress) {
        return fingerprint(file.fingerprint(progress), loadType);
    }

    @Override
    public void close() {
        file.close();
    }
}
