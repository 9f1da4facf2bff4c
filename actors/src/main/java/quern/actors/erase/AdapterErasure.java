package quern.actors.erase;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.actors.House;
import quern.actors.Stores;
import quern.actors.serving.AdapterShelf;
import quern.config.QuernException;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/**
 * Adapters that learnt from the document: aliases move to the newest adapter that did not, or to the base model; then
 * they are served to nobody, and their files go. Their records stay and say so.
 */
final class AdapterErasure {

    static final String ADAPTERS = "adapters";
    static final String ALIASES = "aliases";

    private static final Logger LOG = LoggerFactory.getLogger(AdapterErasure.class);

    private final House house;
    private final Stores stores;
    private final ErasureFacts facts;

    AdapterErasure(House house, ErasureFacts facts) {
        this.house = house;
        this.stores = house.stores();
        this.facts = facts;
    }

    /** What is going to be erased is noted, to be known after a kill in the middle of it. */
    void note(ErasurePlan plan) {
        for (AdapterRecord adapter : plan.adapters()) {
            facts.entry(ADAPTERS, adapter.id()).put("fingerprint", adapter.fingerprint())
                    .put("state", adapter.state().name().toLowerCase(Locale.ROOT)).put("job", adapter.jobId());
            StoredFiles.keys(StoredFiles.real(stores.directory(), directory(adapter))).forEach(facts::key);
            StoredFiles.keys(StoredFiles.real(stores.directory(), jobDirectory(adapter))).forEach(facts::key);
        }
        plan.moves().stream().filter(ErasurePlan.Move::points).forEach(move ->
                facts.entry(ALIASES, move.alias().alias()).put("from", move.alias().current().orElse(""))
                        .put("to", move.to().isEmpty() ? "" : move.to().getFirst().id()));
    }

    void erase(ErasurePlan plan) throws IOException {
        plan.moves().forEach(this::move);
        for (AdapterRecord adapter : plan.adapters()) {
            house.all().forEach(running -> running.parts().model().adapters().remove(adapter.id()));
            StoredFiles.remove(stores.directory(), directory(adapter));
            StoredFiles.remove(stores.directory(), jobDirectory(adapter));
            stores.catalogue().update(RecordKind.ADAPTER, adapter.id(), AdapterRecord.class,
                    record -> record.withState(AdapterState.ERASED));
        }
    }

    private Path directory(AdapterRecord adapter) {
        return stores.directory().resolve(adapter.path());
    }

    private Path jobDirectory(AdapterRecord adapter) {
        return stores.directory().jobs().resolve(adapter.jobId());
    }

    private void move(ErasurePlan.Move move) {
        String alias = move.alias().alias();
        Optional<AdapterRecord> to = move.to().stream().filter(this::served).findFirst();
        var moved = move.alias().moved(move.points() ? to.map(AdapterRecord::id) : move.alias().current(),
                Optional.empty(), System.currentTimeMillis());
        WriteSet changes = new WriteSet().put(RecordKind.ALIAS, alias, moved);
        to.ifPresent(adapter -> changes.put(
                RecordKind.ADAPTER, adapter.id(), adapter.withState(AdapterState.LIVE)));
        stores.catalogue().commit(changes);
        if (move.points()) {
            facts.entry(ALIASES, alias).put("to", to.map(AdapterRecord::id).orElse(""));
        }
    }

    /** Whether it can be served by the model it belongs to, which it is from now on. */
    private boolean served(AdapterRecord adapter) {
        boolean[] unusable = new boolean[1];
        house.each(running -> {
            var model = running.parts().model();
            if (adapter.baseFingerprint().equals(model.fingerprint())) {
                try {
                    new AdapterShelf(model, stores).serve(adapter);
                } catch (QuernException failure) {
                    LOG.warn("an alias does not go back to adapter {}: {}", adapter.id(), failure.getMessage());
                    unusable[0] = true;
                }
            }
        });
        return !unusable[0] && AdapterShelf.bytes(directory(adapter)) > 0;
    }
}
