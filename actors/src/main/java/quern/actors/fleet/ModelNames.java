package quern.actors.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import quern.actors.Caller;
import quern.actors.Stores;
import quern.actors.models.ModelStore;
import quern.config.ApplianceConfig;
import quern.inference.convert.QuantizedFile;
import quern.inference.packed.PackedPlace;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.RecordKind;

/**
 * Which imported model is behind a name: its own, that of an adapter made for it, or an alias of such an adapter. What
 * is served from the start is not among them. Reads the catalogue's index, which is in memory; safe for any thread.
 */
public final class ModelNames {

    private static final int NAME_CHARS_MAX = 256;

    private final ApplianceConfig config;
    private final ModelStore store;
    private final Catalogue catalogue;
    private final PackedPlace packed;
    private final List<String> served;

    public ModelNames(ApplianceConfig config, Stores stores) {
        this.config = config;
        this.store = new ModelStore(stores.directory().root(), stores.catalogue(), config.start());
        this.catalogue = stores.catalogue();
        this.packed = PackedPlace.in(stores.directory().root(), config.start());
        this.served = Stream.concat(config.engine().model().stream(), config.engine().embeddingModel().stream())
                .map(path -> path.toAbsolutePath().normalize().toString()).toList();
    }

    /** All imported models beside what is served from the start. */
    public List<ModelRecord> all() {
        return store.list().stream().filter(this::beside).toList();
    }

    /** By the model's own name. */
    public Optional<ModelRecord> find(String name) {
        return store.find(name).filter(this::beside);
    }

    private boolean beside(ModelRecord record) {
        return !served.contains(Path.of(record.path()).toAbsolutePath().normalize().toString());
    }

    /** The model that answers to a name, as far as the caller may see it. */
    public Optional<ModelRecord> base(String name, Caller caller) {
        if (name.isEmpty() || name.length() > NAME_CHARS_MAX || name.chars().anyMatch(c -> c < ' ')) {
            return Optional.empty();
        }
        Optional<String> aliased = AliasRecord.named(catalogue, name)
                .filter(alias -> caller.sees(alias.ownership())).flatMap(AliasRecord::current);
        return catalogue.get(RecordKind.ADAPTER, aliased.orElse(name), AdapterRecord.class)
                .filter(adapter -> caller.sees(adapter.ownership()))
                .filter(adapter -> adapter.state().served())
                .flatMap(adapter -> ofFingerprint(adapter.baseFingerprint()))
                .or(() -> find(name));
    }

    /** All names that {@link #base} knows for the caller, models first. */
    public List<String> names(Caller caller) {
        List<String> names = new ArrayList<>(all().stream().map(ModelRecord::name).toList());
        catalogue.all(RecordKind.ADAPTER, AdapterRecord.class).forEach(adapter -> names.add(adapter.id()));
        catalogue.all(RecordKind.ALIAS, AliasRecord.class).forEach(alias -> names.add(alias.alias()));
        return names.stream().distinct().filter(name -> base(name, caller).isPresent()).toList();
    }

    /** @param fingerprint as loaded, which adapters name */
    public Optional<ModelRecord> ofFingerprint(String fingerprint) {
        return all().stream().filter(record -> fingerprint(record).equals(fingerprint)).findFirst();
    }

    /** The model's fingerprint as it is loaded. */
    public String fingerprint(ModelRecord record) {
        return QuantizedFile.fingerprint(record.fingerprint(), config.engine().loadType());
    }

    /** Memory that the model takes when it is loaded: its weights and its arena. */
    public long memoryBytes(ModelRecord record) {
        return Math.max(record.bytes(), packedBytes(record)) + config.kv().hot().bytes();
    }

    private long packedBytes(ModelRecord record) {
        return packed.existing(Path.of(record.path()), record.fingerprint()).stream()
                .filter(kept -> kept.loadType() == config.engine().loadType())
                .mapToLong(PackedPlace.Kept::bytes).max().orElse(0);
    }

    /** Whether layers of it can be read for each step, so that it does not need all of its memory. */
    public boolean streams(ModelRecord record) {
        return packed.isWanted(record.bytes());
    }
}
