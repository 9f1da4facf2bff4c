package quern.inference.encoder;

import java.util.Optional;
import quern.config.EngineConfig.Pooling;
import quern.gpu.kernel.Kernels;
import quern.inference.format.EncoderFile;
import quern.inference.tokenizer.Tokenizer;

/** An encoder ready to run. Read-only. Owns its file. */
public final class LoadedEncoder implements AutoCloseable {

    private final EncoderFile file;
    private final Kernels kernels;
    private final EncoderWeights weights;
    private final Pooling pooling;
    private final String fingerprint;

    private LoadedEncoder(
            EncoderFile file, Kernels kernels, EncoderWeights weights, Pooling pooling, String fingerprint) {
        this.fingerprint = fingerprint;
        this.file = file;
        this.kernels = kernels;
        this.weights = weights;
        this.pooling = pooling;
    }

    /**
     * Packs the file's weights for a backend. On success the encoder owns the file, otherwise the caller still does.
     *
     * @param pooling wins over what the file says; without both it is the mean
     * @param fingerprint the file's, computed or recalled
     * @throws quern.config.QuernException if a tensor is absent, misshapen or of a type the backend refuses
     */
    public static LoadedEncoder load(
            EncoderFile file, Kernels kernels, Optional<Pooling> pooling, String fingerprint) {
        return new LoadedEncoder(file, kernels, EncoderWeights.of(file, kernels),
                pooling.or(file::pooling).orElse(Pooling.MEAN), fingerprint);
    }

    public EncoderShape shape() {
        return file.shape();
    }

    public String name() {
        return file.name();
    }

    /** See {@link quern.inference.format.ModelFile#fingerprint()}. */
    public String fingerprint() {
        return fingerprint;
    }

    public Tokenizer tokenizer() {
        return file.tokenizer();
    }

    public Pooling pooling() {
        return pooling;
    }

    /** Token ids of a text with the tokens the model wants before and after it. */
    public int[] tokens(String text) {
        return file.tokenizer().encodeFramed(text);
    }

    /** A forward pass over these weights with buffers of its own. */
    public Encoder encoder() {
        return new Encoder(shape(), weights, kernels);
    }

    @Override
    public void close() {
        file.close();
    }
}
