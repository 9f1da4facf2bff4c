package quern.actors.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.models.ModelRefused.Reason;
import quern.config.EngineConfig.LoadType;
import quern.config.QuernException;
import quern.config.StartConfig;
import quern.gpu.tensor.Tensor;
import quern.inference.convert.QuantizedFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.StoredModel;
import quern.inference.packed.PackedPlace;
import quern.kv.DataDirectory;
import quern.kv.FileStamp;
import quern.kv.FingerprintFile;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.VersionConflict;
import quern.kv.journal.WriteSet;

/**
 * The imported models. A model is there from the moment its record is: its files come before it, in a directory of
 * their own that nothing refers to until then, and go after it. What a dead import or removal left is swept.
 */
public final class ModelStore {

    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    /** What directories of copies are called: nothing else in the store is ever touched. */
    static final Pattern KEPT = Pattern.compile("m-[0-9a-f]{24}");
    /** Ending of the file beside such a directory that its importer holds locked. */
    static final String MARKER = ".importing";
    /** How long what a broken import copied waits for somebody to go on with it. */
    static final Duration PARTIAL_KEPT = Duration.ofDays(3);

    private final Path data;
    private final Path models;
    private final Catalogue catalogue;
    private final PackedPlace packed;

    /** @param data the data directory, owned by this process */
    public ModelStore(Path data, Catalogue catalogue, StartConfig start) {
        this.data = data.toAbsolutePath().normalize();
        this.models = models(this.data);
        this.catalogue = catalogue;
        this.packed = PackedPlace.in(this.data, start);
    }

    static Path models(Path data) {
        return data.resolve("models");
    }

    /** All, by name. */
    public List<ModelRecord> list() {
        List<ModelRecord> records = new ArrayList<>();
        catalogue.all(RecordKind.MODEL, ModelRecord.class).forEach(records::add);
        return records;
    }

    public Optional<ModelRecord> find(String name) {
        return ModelName.isPlain(name)
                ? catalogue.get(RecordKind.MODEL, name, ModelRecord.class) : Optional.empty();
    }

    /** What its packed weights take on disk, beside it or in the data directory. */
    public long packedBytes(ModelRecord record) {
        return packed.existingBytes(Path.of(record.path()), record.fingerprint());
    }

    /** What of that other models hold too, and the disk has once. */
    public long sharedBytes(ModelRecord record) {
        return packed.sharedBytes(Path.of(record.path()), record.fingerprint());
    }

    /** The import whose files are at this path. */
    public Optional<ModelRecord> at(Path path) {
        String wanted = path.toAbsolutePath().normalize().toString();
        return list().stream().filter(record -> record.path().equals(wanted)).findFirst();
    }

    /**
     * Puts a staged model into the catalogue.
     *
     * @throws ModelRefused if the name is taken or none, or the files are not where and as they were staged
     */
    public ModelRecord add(StagedModel staged) {
        ModelName.checked(staged.name());
        requirePlace(staged);
        requireUnchanged(staged);
        ModelRecord record = describe(staged);
        try {
            catalogue.commit(new WriteSet().create(RecordKind.MODEL, record.name(), record));
        } catch (VersionConflict taken) {
            throw taken(record.name());
        }
        try {
            FingerprintFile.in(data).remember(staged.files(), staged.fingerprint());
        } catch (IOException failed) {
            LOG.warn("fingerprint of {} is not remembered: {}", record.name(), failed.getMessage());
        }
        return record;
    }

    static ModelRefused taken(String name) {
        return new ModelRefused(Reason.TAKEN, "there is a model '" + name
                + "' already; give another name or remove it first with 'quern rm " + name + "'");
    }

    private void requirePlace(StagedModel staged) {
        Path path = staged.path();
        boolean fits = path.isAbsolute() && path.equals(path.normalize());
        if (staged.kept().isPresent()) {
            Path directory = models.resolve(staged.kept().get());
            // No link on the way: what the store holds lies in the store.
            fits = fits && KEPT.matcher(staged.kept().get()).matches() && directory.equals(path.getParent())
                    && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isSymbolicLink(path) && !Files.isSymbolicLink(models);
        }
        if (!fits || !staged.fingerprint().matches("[0-9a-f]{64}")) {
            throw new ModelRefused(Reason.INVALID, "model '" + staged.name() + "': "
                    + path + " is not a place of an import, or its fingerprint is none");
        }
    }

    private static void requireUnchanged(StagedModel staged) {
        try {
            if (!staged.files().isEmpty() && FileStamp.ofAll(staged.path()).equals(staged.files())) {
                return;
            }
        } catch (IOException absent) {
            throw new ModelRefused(Reason.MISMATCH, staged.path() + " cannot be read: " + absent.getMessage());
        }
        throw new ModelRefused(Reason.MISMATCH, staged.path() + " changed while it was imported");
    }

    private static ModelRecord describe(StagedModel staged) {
        try (StoredModel model = ModelFiles.openAny(staged.path())) {
            Map<String, Long> bytesOfType = new HashMap<>();
            long parameters = 0;
            for (String name : model.tensorNames()) {
                Tensor tensor = model.tensor(name);
                parameters += (long) tensor.rows() * tensor.columns();
                if (tensor.rows() > 1) {
                    bytesOfType.merge(tensor.type().name(), tensor.bytes().byteSize(), Long::sum);
                }
            }
            List<String> types = bytesOfType.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).map(Map.Entry::getKey).toList();
            return new ModelRecord(staged.name(), staged.path().toString(), staged.kept(),
                    Files.isDirectory(staged.path()) ? "safetensors" : "gguf", model.architecture(), types,
                    parameters, model.trainedTokens(),
                    staged.files().stream().mapToLong(FileStamp::bytes).sum(), staged.fingerprint(),
                    staged.files(), staged.remarks(), System.currentTimeMillis());
        }
    }

    /**
     * Forgets a model and deletes its copy, and its packed weights; a linked one stays where it is.
     *
     * @param served paths of the models this process serves
     * @throws ModelRefused if there is none of the name, or it is in use
     */
    public ModelRecord remove(String name, Collection<Path> served) {
        ModelRecord record = find(name).orElseThrow(() -> new ModelRefused(
                Reason.UNKNOWN, "no imported model '" + name.substring(0, Math.min(name.length(), 100)) + "'"));
        if (served.stream().anyMatch(path -> path.toAbsolutePath().normalize().toString().equals(record.path()))) {
            throw new ModelRefused(Reason.IN_USE, "model '" + name + "' is being served; stop the server first");
        }
        Set<String> bases = Arrays.stream(LoadType.values())
                .map(type -> QuantizedFile.fingerprint(record.fingerprint(), type)).collect(Collectors.toSet());
        for (AdapterRecord adapter : catalogue.all(RecordKind.ADAPTER, AdapterRecord.class)) {
            if (adapter.state() == AdapterState.LIVE && bases.contains(adapter.baseFingerprint())) {
                throw new ModelRefused(Reason.IN_USE, "model '" + name + "' is the base of adapter '" + adapter.id()
                        + "', which is live; remove that first with 'quern rm " + adapter.id() + "'");
            }
        }
        catalogue.commit(new WriteSet().delete(RecordKind.MODEL, name));
        packed.existing(Path.of(record.path()), record.fingerprint()).forEach(kept -> removeTree(kept.file()));
        record.kept().filter(kept -> KEPT.matcher(kept).matches()).ifPresent(kept -> removeTree(models.resolve(kept)));
        try {
            packed.sweep();
        } catch (IOException failed) {
            LOG.warn("segments of packed weights are swept at the next start: {}", failed.getMessage());
        }
        return record;
    }

    private static void removeTree(Path tree) {
        try {
            DataDirectory.removeTree(tree);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR, tree + " cannot be removed: " + failed, failed);
        }
    }

    /** Deletes copies that no record names, no living import is making and nobody has gone on with for days. */
    public void sweep() {
        try {
            for (Path directory : ImportPlace.all(models)) {
                sweep(directory);
            }
            AdapterImport.sweep(data, catalogue);
            packed.sweep();
        } catch (IOException failed) {
            LOG.warn("{} could not be swept: {}", models, failed.getMessage());
        }
    }

    private void sweep(Path directory) throws IOException {
        // The marker goes after the record is written: without a marker the record tells.
        if (!ImportPlace.isMarked(directory) && isRecorded(directory)) {
            return;
        }
        Optional<ImportPlace> unlocked = ImportPlace.lock(directory);
        if (unlocked.isEmpty()) {
            return;
        }
        try (ImportPlace place = unlocked.get()) {
            boolean fresh = System.currentTimeMillis() - place.recordedAtMs() < PARTIAL_KEPT.toMillis();
            if (isRecorded(directory)) {
                place.forget();
                place.removeMarker();
            } else if (!fresh || place.forcedBytes() == 0) {
                LOG.info("removing what a broken import left: {}", directory);
                place.remove();
            }
        }
    }

    private boolean isRecorded(Path directory) {
        String name = directory.getFileName().toString();
        return list().stream().anyMatch(record -> record.kept().filter(name::equals).isPresent());
    }
}
