package quern.actors.curation;

import quern.actors.Stores;
import quern.config.QuernException;
import quern.curation.DatasetSource;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;

/** Datasets of the catalogue as sources of curation jobs. */
public final class CatalogueSources implements CurationSources {

    private final Stores stores;

    public CatalogueSources(Stores stores) {
        this.stores = stores;
    }

    @Override
    public Opened open(CurationSpec spec, Ownership owner) {
        String id = spec.datasetId().orElseThrow(() -> new QuernException(
                QuernException.Category.ERROR, "the job names no dataset"));
        DatasetRecord dataset = stores.catalogue().get(RecordKind.DATASET, id, DatasetRecord.class)
                .orElseThrow(() -> new QuernException(QuernException.Category.ERROR, "no dataset '" + id + "'"));
        return new Opened(
                new DatasetSource(stores.directory().root().resolve(dataset.path())), dataset.ownership().labels());
    }
}
