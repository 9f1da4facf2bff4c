package quern.actors.serving;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.Stores;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.RecordKind;
import quern.tuning.AdapterFile;

/** Brings adapters from their files to the model that serves them. Blocks on disks; safe for any thread. */
public final class AdapterShelf {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterShelf.class);

    private final LoadedModel model;
    private final Stores stores;

    public AdapterShelf(LoadedModel model, Stores stores) {
        this.model = model;
        this.stores = stores;
    }

    /**
     * Serves an adapter under its id from now on.
     *
     * @throws QuernException ERROR if it belongs to another base or its files are damaged
     */
    public LoadedAdapter serve(AdapterRecord record) {
        if (!record.baseFingerprint().equals(model.fingerprint())) {
            throw new QuernException(Category.ERROR, "adapter " + record.id() + " belongs to base "
                    + record.baseFingerprint() + ", the loaded base is " + model.fingerprint());
        }
        var directory = stores.directory().resolve(record.path());
        var weights = AdapterFile.read(directory, model.shape()).weights();
        if (!weights.fingerprint().equals(record.fingerprint())) {
            throw new QuernException(Category.ERROR, "adapter " + record.id() + ": its files have fingerprint "
                    + weights.fingerprint() + ", the catalogue says " + record.fingerprint());
        }
        return model.adapters().publish(record.id(), weights);
    }

    /**
     * Serves every live adapter, and a retired one that an alias still points to; one that cannot be is left out and
     * logged.
     */
    public void restore() {
        Set<String> wanted = new HashSet<>();
        stores.catalogue().all(RecordKind.ALIAS, AliasRecord.class)
                .forEach(alias -> alias.current().ifPresent(wanted::add));
        for (AdapterRecord record : stores.catalogue().all(RecordKind.ADAPTER, AdapterRecord.class)) {
            boolean ours = record.baseFingerprint().equals(model.fingerprint());
            boolean live = record.state() == AdapterState.LIVE
                    || record.state() == AdapterState.RETIRED && wanted.contains(record.id());
            if (ours && live) {
                try {
                    serve(record);
                } catch (QuernException damaged) {
                    LOG.error("adapter {} is not served: {}", record.id(), damaged.getMessage());
                }
            }
        }
    }
}
