package quern.actors.engine;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import quern.config.EngineConfig;
import quern.gpu.kernel.Kernels;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.format.EncoderFile;
import quern.inference.format.EncoderFiles;
import quern.inference.format.ModelFingerprint;
import quern.kv.FingerprintFile;
import quern.kv.journal.ModelRecord;

/**
 * A loaded encoder.
 *
 * @param id what requests call it
 */
public record EncoderPart(String id, LoadedEncoder encoder) implements AutoCloseable {

    /** @throws quern.config.QuernException if it is none, or cannot be loaded */
    static EncoderPart load(Path path, EngineConfig config, Kernels kernels, FingerprintFile fingerprints,
            Function<Path, Optional<ModelRecord>> imports) {
        Optional<ModelRecord> imported = imports.apply(path);
        ModelFingerprint stamps = ModelFingerprint.before(path);
        EncoderFile file = EncoderFiles.open(path);
        try {
            String fingerprint = stamps.of(file, fingerprints, (done, total) -> { });
            imported.ifPresent(record -> EngineParts.requireSame(record, fingerprint));
            LoadedEncoder encoder = LoadedEncoder.load(file, kernels, config.pooling(), fingerprint);
            encoder.tokenizer();
            return new EncoderPart(
                    imported.map(ModelRecord::name).orElseGet(() -> EngineParts.idOf(path)), encoder);
        } catch (RuntimeException | Error failure) {
            file.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        encoder.close();
    }
}
