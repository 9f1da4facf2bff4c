package quern.actors.models;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.models.ModelRefused.Reason;
import quern.config.QuernException;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordId;
import quern.kv.journal.RecordKind;
import quern.kv.journal.VersionConflict;
import quern.kv.journal.WriteSet;

/**
 * Places the adapters of a bundle in a data directory: all of them, or none. Their files are checked as they are
 * copied, and sealed there as all adapters are; records and aliases appear together, after them. What a killed import
 * left is swept at the next start.
 */
public final class AdapterImport {

    /** What an adapter's directory tells of where it came from, beside its own files. */
    static final String ORIGIN = "origin.json";

    private static final Logger LOG = LoggerFactory.getLogger(AdapterImport.class);
    private static final String PREFIX = "import-";
    private static final String PLACE = PREFIX + "[0-9a-f]{24}";
    /** Directories that this process, the owner of the data directory, is writing to. */
    private static final Set<Path> RUNNING = ConcurrentHashMap.newKeySet();

    private final DataDirectory data;
    private final Catalogue catalogue;

    public AdapterImport(DataDirectory data, Catalogue catalogue) {
        this.data = data;
        this.catalogue = catalogue;
    }

    /**
     * @param owner key that they belong to
     * @param allowTainted also those that were tainted where they were exported
     * @param known whether there is a base of a fingerprint, as loaded
     * @param proof throws if an adapter that is copied cannot be served
     */
    public record Order(
            String owner, boolean allowTainted, Predicate<String> known, Consumer<AdapterRecord> proof) {}

    /**
     * What became of one.
     *
     * @param added false: it was there already
     * @param aliases that point to it from now on
     * @param leftAliases that point elsewhere here, and were left
     */
    public record Placed(AdapterRecord record, boolean added, List<String> aliases, List<String> leftAliases) {}

    /**
     * Checks and places them.
     *
     * @throws ModelRefused with nothing placed: one is damaged, tainted, of another base, or its id is taken
     */
    public List<Placed> place(AdapterBundle adapters, Order order) {
        adapters.adapters().forEach(adapter -> require(adapter, order));
        List<Path> made = new ArrayList<>();
        boolean done = false;
        try {
            WriteSet changes = new WriteSet();
            List<Placed> placed = new ArrayList<>();
            for (int i = 0; i < adapters.adapters().size(); i++) {
                placed.add(place(adapters, i, order, made, changes));
            }
            if (!changes.isEmpty()) {
                catalogue.commit(changes);
            }
            done = true;
            return placed;
        } catch (VersionConflict taken) {
            throw new ModelRefused(Reason.TAKEN, "adapters were added at the same time: " + taken.getMessage());
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "adapters cannot be placed: " + failed.getMessage(), failed);
        } finally {
            for (Path directory : made) {
                end(directory, done);
            }
        }
    }

    private void require(BundledAdapter adapter, Order order) {
        if (!order.known().test(adapter.baseFingerprint())) {
            throw new ModelRefused(Reason.MISMATCH, "adapter '" + adapter.id() + "' belongs to base "
                    + adapter.baseFingerprint() + ", and there is no such model here; import that first");
        }
        if (adapter.tainted() && !order.allowTainted()) {
            throw new ModelRefused(Reason.INVALID, "adapter '" + adapter.id() + "' was tainted where it was exported:"
                    + " a document it learnt from was in quarantine; '--allow-tainted' takes it all the same");
        }
        find(adapter.id()).filter(here -> !here.fingerprint().equals(adapter.fingerprint())).ifPresent(other -> {
            throw new ModelRefused(Reason.TAKEN, "there is another adapter '" + adapter.id() + "' here, "
                    + other.fingerprint() + "; the bundle's is " + adapter.fingerprint());
        });
        find(adapter.id()).filter(here -> here.state() == AdapterState.ERASED).ifPresent(erased -> {
            throw new ModelRefused(Reason.INVALID, "adapter '" + adapter.id() + "' " + erased.unfit().orElse(""));
        });
    }

    private Optional<AdapterRecord> find(String id) {
        return catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class);
    }

    private Placed place(AdapterBundle adapters, int index, Order order, List<Path> made, WriteSet changes)
            throws IOException {
        BundledAdapter adapter = adapters.adapters().get(index);
        Optional<AdapterRecord> here = find(adapter.id());
        if (here.isPresent()) {
            return new Placed(here.get(), false, List.of(), adapter.aliases().stream()
                    .filter(alias -> !pointsTo(alias, adapter.id())).toList());
        }
        Path directory = begin(data);
        made.add(directory);
        copy(adapters, index, directory);
        Ownership ownership = Ownership.of(order.owner(), adapter.labelSet());
        AdapterRecord record = new AdapterRecord(adapter.id(), adapter.name(), adapter.fingerprint(),
                adapter.baseFingerprint(), adapter.dataset(), directory.getFileName().toString(),
                data.recorded(directory), adapter.adapterState(),
                adapter.gate().isNull() ? Optional.empty() : Optional.of(adapter.gate().toString()),
                ownership, adapter.createdAtMs());
        order.proof().accept(record);
        changes.create(RecordKind.ADAPTER, record.id(), record);
        lineage(adapters, index, changes);
        List<String> free = adapter.aliases().stream().filter(alias -> catalogue.get(
                RecordKind.ALIAS, alias, AliasRecord.class).isEmpty()).distinct().toList();
        long nowMs = System.currentTimeMillis();
        free.forEach(alias -> changes.create(RecordKind.ALIAS, alias,
                AliasRecord.of(alias, record.id(), ownership, nowMs)));
        return new Placed(record, true, free, adapter.aliases().stream().filter(alias -> !free.contains(alias)
                && !pointsTo(alias, adapter.id())).toList());
    }

    private boolean pointsTo(String alias, String id) {
        return catalogue.get(RecordKind.ALIAS, alias, AliasRecord.class).flatMap(AliasRecord::current)
                .filter(id::equals).isPresent();
    }

    private void copy(AdapterBundle adapters, int index, Path directory) throws IOException {
        ModelBundle bundle = adapters.bundle();
        BundledAdapter adapter = adapters.adapters().get(index);
        DataDirectory.makeDirectory(directory);
        try (FileChannel in = FileChannel.open(bundle.file(), StandardOpenOption.READ)) {
            for (BundledFile file : adapter.files()) {
                AtomicFile.write(directory.resolve(file.path()), out -> bundle.readAdapter(in, index, file, bytes -> {
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                }, done -> { }));
            }
        }
        var origin = BundleManifest.JSON.createObjectNode().put("model", adapters.model())
                .put("state", adapter.state()).put("tainted", adapter.tainted()).put("dataset", adapter.dataset())
                .put("dataset_documents", adapter.datasetDocuments())
                .put("compressed_from", adapter.compressedFrom());
        adapter.aliases().forEach(origin.putArray("aliases")::add);
        AtomicFile.write(directory.resolve(ORIGIN), BundleManifest.JSON.writeValueAsBytes(origin));
        AtomicFile.forceDirectory(data.adapters());
    }

    /**
     * The dataset it learnt from, by its name, which is that of its contents: where the same one is here, what becomes
     * of its documents reaches the adapter. What it was made of, where that is here or before it in the bundle.
     */
    private void lineage(AdapterBundle adapters, int index, WriteSet changes) {
        BundledAdapter adapter = adapters.adapters().get(index);
        if (adapter.dataset().startsWith("ds-")) {
            changes.edge(new Edge(RecordKind.DATASET, adapter.dataset(), RecordKind.ADAPTER, adapter.id(),
                    "training-set", ""));
        }
        String from = adapter.compressedFrom();
        boolean before = adapters.adapters().subList(0, index).stream().anyMatch(other -> other.id().equals(from));
        if (!from.isEmpty() && !from.equals(adapter.id()) && (before || find(from).isPresent())) {
            changes.edge(new Edge(RecordKind.ADAPTER, from, RecordKind.ADAPTER, adapter.id(), "compressed", ""));
        }
    }

    /** A directory for an adapter's files, which no sweep removes before {@link #end}. Not made yet. */
    static Path begin(DataDirectory data) {
        Path directory = data.adapters().resolve(RecordId.next(PREFIX));
        RUNNING.add(directory);
        return directory;
    }

    /** @param kept false: it is removed with what is in it */
    static void end(Path directory, boolean kept) {
        if (!kept) {
            removeQuietly(directory);
        }
        RUNNING.remove(directory);
    }

    private static void removeQuietly(Path directory) {
        try {
            DataDirectory.removeTree(directory);
        } catch (IOException failed) {
            LOG.warn("{} is left until the next start: {}", directory, failed.getMessage());
        }
    }

    /**
     * Removes what killed imports left.
     *
     * @param data the data directory, owned by this process
     */
    static void sweep(Path data, Catalogue catalogue) throws IOException {
        Path adapters = data.resolve("adapters");
        if (!Files.isDirectory(adapters)) {
            return;
        }
        List<Path> found;
        try (Stream<Path> children = Files.list(adapters)) {
            found = children.filter(child -> child.getFileName().toString().matches(PLACE)).toList();
        }
        // Those that run are asked before the records: a record is written before its import has ended.
        Set<String> running = RUNNING.stream().map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        Set<String> recorded = StreamSupport.stream(
                        catalogue.all(RecordKind.ADAPTER, AdapterRecord.class).spliterator(), false)
                .map(AdapterRecord::path).collect(Collectors.toSet());
        for (Path left : found) {
            String name = left.getFileName().toString();
            if (!running.contains(name) && !recorded.contains("adapters/" + name)) {
                LOG.info("removing what a broken import of adapters left: {}", left);
                DataDirectory.removeTree(left);
            }
        }
    }
}
