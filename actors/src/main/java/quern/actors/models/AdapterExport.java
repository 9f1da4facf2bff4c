package quern.actors.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import quern.actors.models.ModelRefused.Reason;
import quern.actors.serving.AdapterShelf;
import quern.config.EngineConfig.LoadType;
import quern.inference.convert.QuantizedFile;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.Taint;

/** Which adapters of a model may leave, and what is said of them then. Their files are read in clear. Blocks. */
public final class AdapterExport {

    private final DataDirectory data;
    private final Catalogue catalogue;
    private final Taint taint;

    public AdapterExport(DataDirectory data, Catalogue catalogue, Taint taint) {
        this.data = data;
        this.catalogue = catalogue;
        this.taint = taint;
    }

    /**
     * What goes into a bundle.
     *
     * @param leftOut the others of the model, each with the reason
     */
    public record Chosen(List<BundledAdapter> adapters, List<String> leftOut) {}

    /**
     * Those of a model that are served: live ones, and retired ones, which answer to their ids still.
     *
     * @param allowTainted also those that learnt from a document in quarantine
     */
    public Chosen all(ModelRecord model, boolean allowTainted) {
        List<BundledAdapter> chosen = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        Set<String> bases = bases(model);
        for (AdapterRecord record : catalogue.all(RecordKind.ADAPTER, AdapterRecord.class)) {
            if (!bases.contains(record.baseFingerprint())) {
                continue;
            }
            Optional<String> refusal = refusal(record, allowTainted);
            if (refusal.isEmpty()) {
                chosen.add(describe(record));
            } else {
                leftOut.add("adapter '" + record.id() + "' " + refusal.get());
            }
        }
        return new Chosen(chosen, leftOut);
    }

    /**
     * These.
     *
     * @param names ids, or aliases that point to one
     * @throws ModelRefused if one is not there, not of this model, or may not leave
     */
    public Chosen named(ModelRecord model, List<String> names, boolean allowTainted) {
        Map<String, BundledAdapter> chosen = new LinkedHashMap<>();
        for (String name : names) {
            AdapterRecord record = find(name).orElseThrow(
                    () -> new ModelRefused(Reason.UNKNOWN, "no adapter '" + name + "'"));
            if (!bases(model).contains(record.baseFingerprint())) {
                throw new ModelRefused(Reason.MISMATCH, "adapter '" + record.id() + "' belongs to base "
                        + record.baseFingerprint() + ", model '" + model.name() + "' is " + model.fingerprint());
            }
            require(record, allowTainted);
            chosen.putIfAbsent(record.id(), describe(record));
        }
        return new Chosen(List.copyOf(chosen.values()), List.of());
    }

    private Optional<AdapterRecord> find(String name) {
        Optional<String> aliased = BundledAdapter.isPlain(name)
                ? AliasRecord.named(catalogue, name).flatMap(AliasRecord::current)
                : Optional.empty();
        return BundledAdapter.isPlain(name)
                ? catalogue.get(RecordKind.ADAPTER, aliased.orElse(name), AdapterRecord.class) : Optional.empty();
    }

    /** @throws ModelRefused with the reason why it may not leave */
    public void require(AdapterRecord record, boolean allowTainted) {
        refusal(record, allowTainted).ifPresent(why -> {
            throw new ModelRefused(Reason.INVALID, "adapter '" + record.id() + "' " + why);
        });
    }

    private Optional<String> refusal(AdapterRecord record, boolean allowTainted) {
        if (record.unfit().isPresent()) {
            return record.unfit();
        }
        if (!record.state().served()) {
            return Optional.of("is " + record.state().name().toLowerCase(Locale.ROOT) + "; publish it first");
        }
        return allowTainted || !isTainted(record) ? Optional.empty() : Optional.of(
                "is tainted: it learnt from a document in quarantine; '--allow-tainted' exports it all the same");
    }

    private static Set<String> bases(ModelRecord model) {
        return bases(List.of(model));
    }

    /** What models are called by adapters, however they are loaded. */
    public static Set<String> bases(List<ModelRecord> models) {
        return models.stream().flatMap(model -> Arrays.stream(LoadType.values())
                .map(type -> QuantizedFile.fingerprint(model.fingerprint(), type))).collect(Collectors.toSet());
    }

    /** Whether it is here, or was where it came from, or what it was made of is. */
    public boolean isTainted(AdapterRecord record) {
        return !taint.ofAdapter(record.id()).isEmpty() || origin(data, record).path("tainted").asBoolean()
                || parents(record).anyMatch(this::isTainted);
    }

    /** What it was made of. */
    private Stream<AdapterRecord> parents(AdapterRecord record) {
        return StreamSupport.stream(catalogue.edgesTo(RecordKind.ADAPTER, record.id()).spliterator(), false)
                .filter(edge -> edge.fromKind() == RecordKind.ADAPTER)
                .flatMap(edge -> catalogue.get(RecordKind.ADAPTER, edge.fromId(), AdapterRecord.class).stream());
    }

    /** What an imported adapter's bundle said of where it came from; empty of others. */
    public static JsonNode origin(DataDirectory data, AdapterRecord record) {
        Path file = data.resolve(record.path()).resolve(AdapterImport.ORIGIN);
        try {
            return Files.exists(file) ? BundleManifest.JSON.readTree(Files.readAllBytes(file))
                    : BundleManifest.JSON.createObjectNode();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(file + " cannot be read", unreadable);
        }
    }

    private BundledAdapter describe(AdapterRecord record) {
        Path directory = data.resolve(record.path());
        AdapterShelf.Form form = AdapterShelf.form(directory);
        JsonNode origin = origin(data, record);
        List<BundledFile> files = BundledAdapter.fileNames(form).stream()
                .map(name -> describe(record, directory.resolve(name))).toList();
        List<String> aliases = new ArrayList<>();
        catalogue.all(RecordKind.ALIAS, AliasRecord.class).forEach(alias -> {
            if (alias.current().filter(record.id()::equals).isPresent() && BundledAdapter.isPlain(alias.alias())) {
                aliases.add(alias.alias());
            }
        });
        return new BundledAdapter(record.id(), record.name(), form.name().toLowerCase(Locale.ROOT),
                record.state().name().toLowerCase(Locale.ROOT), record.fingerprint(), record.baseFingerprint(),
                aliases, isTainted(record), record.datasetId(),
                origin.path("dataset_documents").asLong(documents(record)),
                origin.path("compressed_from").asText(compressedFrom(record)),
                List.copyOf(record.ownership().labels()),
                record.gateJson().map(AdapterExport::parsed).orElse(NullNode.getInstance()),
                record.createdAtMs(), files);
    }

    private static BundledFile describe(AdapterRecord record, Path file) {
        try {
            return new BundledFile(file.getFileName().toString(), Files.size(file), Sha256.of(file, done -> { }));
        } catch (IOException failed) {
            throw new ModelRefused(Reason.MISMATCH, "adapter '" + record.id() + "' cannot be read: " + failed);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return BundleManifest.JSON.readTree(json);
        } catch (IOException wrong) {
            return NullNode.getInstance();
        }
    }

    private long documents(AdapterRecord record) {
        Set<String> documents = StreamSupport.stream(
                        catalogue.edgesTo(RecordKind.DATASET, record.datasetId()).spliterator(), false)
                .filter(edge -> edge.fromKind() == RecordKind.DOCUMENT && !edge.role().equals(Taint.READ))
                .map(Edge::fromId).collect(Collectors.toSet());
        return documents.size();
    }

    private String compressedFrom(AdapterRecord record) {
        return StreamSupport.stream(catalogue.edgesTo(RecordKind.ADAPTER, record.id()).spliterator(), false)
                .filter(edge -> edge.role().equals("compressed")).map(Edge::fromId).findFirst().orElse("");
    }

    /**
     * A file of an adapter, of those that its form consists of; read through this path, it is in clear.
     *
     * @throws ModelRefused if it has no such file
     */
    public static Path path(DataDirectory data, AdapterRecord record, String file) {
        Path directory = data.resolve(record.path());
        if (!BundledAdapter.fileNames(AdapterShelf.form(directory)).contains(file)) {
            throw new ModelRefused(Reason.UNKNOWN, "adapter '" + record.id() + "' has no file '" + file + "', it has "
                    + BundledAdapter.fileNames(AdapterShelf.form(directory)));
        }
        return directory.resolve(file);
    }
}
