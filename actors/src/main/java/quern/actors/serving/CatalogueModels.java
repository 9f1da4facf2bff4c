package quern.actors.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.actors.Caller;
import quern.actors.engine.EngineParts;
import quern.inference.AdapterRegistry;
import quern.inference.LoadedAdapter;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.Catalogue;
import quern.kv.journal.RecordKind;

/**
 * The base model, the adapters that are loaded, and aliases. An adapter is shown to its owner and to administrators;
 * the base model to all. Reads the catalogue's index, which is in memory.
 */
public final class CatalogueModels implements ModelDirectory {

    private static final int FINGERPRINT_CHARS = 12;

    private final ServedModel base;
    private final Optional<ServedModel> encoder;
    private final boolean generates;
    private final Catalogue catalogue;
    private final AdapterRegistry loaded;

    /** What an engine serves from now on. */
    public static CatalogueModels of(EngineParts parts, Catalogue catalogue) {
        long nowSeconds = System.currentTimeMillis() / 1000;
        var base = new ServedModel(parts.modelId(), Optional.empty(), parts.shortFingerprint(),
                ServedModel.OWNER_QUERN, nowSeconds, false);
        Optional<ServedModel> encoder = parts.encoderPart().map(part -> new ServedModel(part.id(), Optional.empty(),
                part.encoder().fingerprint().substring(0, FINGERPRINT_CHARS), ServedModel.OWNER_QUERN, nowSeconds,
                true));
        return new CatalogueModels(base, encoder, parts.generates(), catalogue, parts.model().adapters());
    }

    /**
     * @param encoder served beside the base model
     * @param generates whether the base model can be asked for; if not, only the encoder can
     */
    private CatalogueModels(
            ServedModel base, Optional<ServedModel> encoder, boolean generates, Catalogue catalogue,
            AdapterRegistry loaded) {
        this.base = base;
        this.encoder = encoder;
        this.generates = generates;
        this.catalogue = catalogue;
        this.loaded = loaded;
    }

    @Override
    public Optional<ServedModel> find(String name, Caller caller) {
        if (!generates || encoder.filter(known -> known.id().equals(name)).isPresent()) {
            return encoder.filter(known -> known.id().equals(name));
        }
        if (name.equals(base.id())) {
            return Optional.of(base);
        }
        if (name.isEmpty() || name.length() > 256 || name.chars().anyMatch(c -> c < ' ')) {
            return Optional.empty();
        }
        Optional<AliasRecord> alias = AliasRecord.named(catalogue, name)
                .filter(record -> caller.sees(record.ownership()));
        if (alias.isPresent()) {
            return alias.get().current().map(id -> adapter(id, caller)).orElse(Optional.of(base));
        }
        return adapter(name, caller);
    }

    private Optional<ServedModel> adapter(String id, Caller caller) {
        return catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class)
                .filter(record -> caller.sees(record.ownership()))
                .flatMap(this::served);
    }

    @Override
    public boolean atHand(ServedModel model) {
        return model.adapter().flatMap(loaded::find).map(LoadedAdapter::resident).orElse(true);
    }

    @Override
    public AdapterRegistry.Hold hold(ServedModel model) {
        return model.adapter().map(loaded::hold).orElse(AdapterRegistry.Hold.NONE);
    }

    private Optional<ServedModel> served(AdapterRecord record) {
        return loaded.find(record.id()).map(adapter -> new ServedModel(
                record.id(),
                Optional.of(record.id()),
                base.fingerprint() + "_" + adapter.fingerprint().substring(0, FINGERPRINT_CHARS),
                record.ownership().ownerKeyId(),
                record.createdAtMs() / 1000));
    }

    @Override
    public List<ServedModel> list(Caller caller) {
        var models = new ArrayList<ServedModel>();
        if (!generates) {
            return encoder.stream().toList();
        }
        models.add(base);
        encoder.ifPresent(models::add);
        for (AdapterRecord record : catalogue.all(RecordKind.ADAPTER, AdapterRecord.class)) {
            if (caller.sees(record.ownership())) {
                served(record).ifPresent(models::add);
            }
        }
        for (AliasRecord alias : catalogue.all(RecordKind.ALIAS, AliasRecord.class)) {
            if (caller.sees(alias.ownership())) {
                find(alias.alias(), caller).ifPresent(target -> models.add(new ServedModel(
                        alias.alias(), target.adapter(), target.fingerprint(),
                        alias.ownership().ownerKeyId(), alias.updatedAtMs() / 1000)));
            }
        }
        return models;
    }
}
