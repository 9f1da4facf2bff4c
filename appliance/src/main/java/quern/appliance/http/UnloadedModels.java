package quern.appliance.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.serving.ServedModel;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.ModelRecord;
import quern.kv.journal.RecordKind;

/** What requests can name beside what is served from the start, loaded or not: imports, their adapters, aliases. */
record UnloadedModels(House house) {

    private static final int FINGERPRINT_CHARS = 12;

    /** @param base the import that must be loaded for it */
    record Other(ServedModel model, ModelRecord base) {}

    List<Other> list(Caller caller) {
        var catalogue = house.stores().catalogue();
        List<Other> all = new ArrayList<>();
        house.names().all().forEach(record -> all.add(new Other(base(record), record)));
        StreamSupport.stream(catalogue.all(RecordKind.ADAPTER, AdapterRecord.class).spliterator(), false)
                .map(AdapterRecord::id).forEach(id -> find(id, caller).ifPresent(all::add));
        StreamSupport.stream(catalogue.all(RecordKind.ALIAS, AliasRecord.class).spliterator(), false)
                .map(AliasRecord::alias).forEach(alias -> find(alias, caller).ifPresent(all::add));
        return all;
    }

    Optional<Other> find(String name, Caller caller) {
        var catalogue = house.stores().catalogue();
        return house.names().base(name, caller).map(record -> {
            Optional<AliasRecord> alias = AliasRecord.named(catalogue, name)
                    .filter(found -> caller.sees(found.ownership()));
            return catalogue.get(RecordKind.ADAPTER, alias.flatMap(AliasRecord::current).orElse(name),
                            AdapterRecord.class)
                    .filter(found -> caller.sees(found.ownership()))
                    .map(adapter -> new Other(adapted(name, adapter, record), record))
                    .orElseGet(() -> new Other(base(record), record));
        });
    }

    private ServedModel base(ModelRecord record) {
        return new ServedModel(record.name(), Optional.empty(), fingerprint(record), ServedModel.OWNER_QUERN,
                record.importedAtMs() / 1000);
    }

    private ServedModel adapted(String name, AdapterRecord adapter, ModelRecord record) {
        return new ServedModel(name, Optional.of(adapter.id()), fingerprint(record) + "_"
                + adapter.fingerprint().substring(0, FINGERPRINT_CHARS), adapter.ownership().ownerKeyId(),
                adapter.createdAtMs() / 1000);
    }

    private String fingerprint(ModelRecord record) {
        return house.names().fingerprint(record).substring(0, FINGERPRINT_CHARS);
    }
}
