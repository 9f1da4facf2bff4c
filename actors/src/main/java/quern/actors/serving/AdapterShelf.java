package quern.actors.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.Stores;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.RecordKind;
import quern.tuning.AdapterFile;
import quern.tuning.LoraSettings;
import quern.tuning.sparse.TernaryFile;

/** Brings adapters from their files, PEFT's or ternary, to the model that serves them. Blocks; safe for any thread. */
public final class AdapterShelf {

    /** What an adapter's files hold. */
    public enum Form { PEFT, TERNARY }

    private static final Logger LOG = LoggerFactory.getLogger(AdapterShelf.class);

    private final LoadedModel model;
    private final Stores stores;

    public AdapterShelf(LoadedModel model, Stores stores) {
        this.model = model;
        this.stores = stores;
    }

    /**
     * Serves an adapter under its id from now on; its files are read once, to see that they can be.
     *
     * @throws QuernException ERROR if it belongs to another base or its files are damaged
     */
    public void serve(AdapterRecord record) {
        read(record);
        offer(record);
    }

    private void offer(AdapterRecord record) {
        model.adapters().offer(record.id(), record.fingerprint(), () -> read(record));
    }

    /**
     * An adapter's numbers as they are served.
     *
     * @throws QuernException ERROR if it belongs to another base or its files are damaged
     */
    public LoraWeights read(AdapterRecord record) {
        if (!record.baseFingerprint().equals(model.fingerprint())) {
            throw new QuernException(Category.ERROR, "adapter " + record.id() + " belongs to base "
                    + record.baseFingerprint() + ", the loaded base is " + model.fingerprint());
        }
        Path directory = directory(record);
        LoraWeights weights = form(directory) == Form.TERNARY
                ? TernaryFile.read(directory, model).expand()
                : AdapterFile.read(directory, model.shape()).weights();
        if (!weights.fingerprint().equals(record.fingerprint())) {
            throw new QuernException(Category.ERROR, "adapter " + record.id() + ": its files have fingerprint "
                    + weights.fingerprint() + ", the catalogue says " + record.fingerprint());
        }
        return weights;
    }

    /**
     * An adapter's files as PEFT reads them, whatever its own form: by name, with exactly the numbers that are served.
     *
     * @throws QuernException ERROR if it belongs to another base or its files are damaged
     */
    public Map<String, byte[]> peft(AdapterRecord record) {
        LoraWeights weights = read(record);
        Path directory = directory(record);
        LoraSettings settings = form(directory) == Form.TERNARY
                ? TernaryFile.read(directory, model).settings()
                : AdapterFile.read(directory, model.shape()).settings();
        return AdapterFile.files(weights, settings, model.shape(), model.name());
    }

    private Path directory(AdapterRecord record) {
        return stores.directory().resolve(record.path());
    }

    /** Bytes of an adapter's files. */
    public long bytes(AdapterRecord record) {
        return bytes(directory(record));
    }

    /** Bytes of the files in an adapter's directory, 0 if there is none. */
    public static long bytes(Path directory) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What the files in an adapter's directory hold. */
    public static Form form(Path directory) {
        return Files.exists(directory.resolve(TernaryFile.NAME)) ? Form.TERNARY : Form.PEFT;
    }

    /**
     * Serves every adapter that is live or was, each read when it is asked for; one whose files are gone is left out
     * and logged.
     */
    public void restore() {
        for (AdapterRecord record : stores.catalogue().all(RecordKind.ADAPTER, AdapterRecord.class)) {
            boolean ours = record.state().served() && record.baseFingerprint().equals(model.fingerprint());
            if (ours && bytes(record) == 0) {
                LOG.error("adapter {} is not served: no files in {}", record.id(), directory(record));
            } else if (ours) {
                offer(record);
            }
        }
    }
}
