package quern.actors.curation;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import quern.actors.Stores;
import quern.config.QuernException;
import quern.curation.DatasetLookup;
import quern.curation.DatasetSource;
import quern.curation.Deduplicator;
import quern.curation.RunException;
import quern.curation.SampleSource;
import quern.curation.SampleSource.Item;
import quern.curation.SampleSource.Read;
import quern.curation.SampleSource.Unreadable;
import quern.curation.SampleSource.Withheld;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.JournalCursor;
import quern.ingest.reader.DocumentReader;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.Evaluation;

/** Datasets of the catalogue and documents of the journal as sources of curation jobs. */
public final class CatalogueSources implements CurationSources {

    private final Stores stores;
    private final DocumentReader reader;

    public CatalogueSources(Stores stores, DocumentReader reader) {
        this.stores = stores;
        this.reader = reader;
    }

    @Override
    public Opened open(CurationSpec spec, Ownership owner) {
        if (spec.datasetId().isPresent()) {
            return dataset(spec);
        }
        if (spec.failuresOf().isPresent()) {
            return new Opened(failures(spec).source(), owner.labels());
        }
        List<DocumentId> ids = spec.documentIds().stream().map(DocumentId::new).toList();
        Predicate<Document> shown = document -> document.visibleTo(owner.ownerKeyId(), spec.seesAll());
        return ids.isEmpty() ? all(spec, shown) : named(ids, shown);
    }

    private FailedChecks failures(CurationSpec spec) {
        String job = spec.failuresOf().orElseThrow();
        return FailedChecks.read(stores.directory().jobs().resolve(job).resolve(Evaluation.NAME), job);
    }

    private Opened dataset(CurationSpec spec) {
        Opened opened = dataset(spec.datasetId().orElseThrow());
        if (spec.failuresOf().isEmpty()) {
            return opened;
        }
        FailedChecks failed = failures(spec);
        return new Opened(opened.source().through(failed::of), opened.labels());
    }

    private Opened dataset(String id) {
        DatasetRecord dataset = TombstoneRecord.dataset(stores.catalogue(), id)
                .orElseThrow(() -> new QuernException(QuernException.Category.ERROR, "no dataset '" + id + "'"));
        DatasetSource source = new DatasetSource(stores.directory().resolve(dataset.path()));
        return new Opened(source.through(this::withheld), dataset.ownership().labels());
    }

    /** Asked anew at each sample: one that comes from a withheld document, if only in part, may not be used. */
    private Item withheld(Item item) {
        boolean gone = item instanceof Read read && isOf(read, stores.quarantine()::contains);
        return gone ? new Withheld(((Read) item).sample(), DocumentsSource.WITHHELD) : item;
    }

    private static boolean isOf(Read read, Predicate<String> documents) {
        return documents.test(read.sample().documentId()) || read.documents().stream().anyMatch(documents);
    }

    @Override
    public DatasetLookup earlier(CurationSpec spec, Ownership owner) {
        return new DatasetLookup() {
            @Override
            public Earlier find(String name) {
                DatasetRecord dataset = TombstoneRecord.dataset(stores.catalogue(), name)
                        .filter(found -> found.ownership().visibleTo(owner.ownerKeyId(), spec.seesAll()))
                        .orElseThrow(() -> new RunException("against: no dataset '" + name + "'"));
                return Earlier.of(stores.directory().resolve(dataset.path()));
            }

            @Override
            public List<Earlier> of(Deduplicator deduplicator) {
                return Stream.concat(deduplicator.against().stream(), spec.against().stream())
                        .distinct().map(this::find).toList();
            }
        };
    }

    /**
     * Some of the documents that a job read, in the order in which it read them; nothing of those that are gone or
     * withheld.
     */
    SampleSource some(CurationSpec spec, Ownership owner, Set<String> documentIds) {
        if (spec.datasetId().isPresent()) {
            return dataset(spec).source().through(item -> switch (item) {
                case Read read -> isOf(read, documentIds::contains) ? item : null;
                case Withheld withheld -> documentIds.contains(withheld.sample().documentId()) ? item : null;
                case Unreadable unreadable -> documentIds.contains(unreadable.documentId()) ? item : null;
            });
        }
        Predicate<Document> shown = document -> documentIds.contains(document.id().hex())
                && document.visibleTo(owner.ownerKeyId(), spec.seesAll());
        List<DocumentId> named = spec.documentIds().stream().map(DocumentId::new)
                .filter(id -> stores.documents().find(id).filter(shown).isPresent()).toList();
        return spec.documentIds().isEmpty()
                ? DocumentsSource.all(stores.documents(), reader, spec.documentsUntil(), shown,
                        stores.quarantine()::contains)
                : DocumentsSource.of(stores.documents(), reader, named, stores.quarantine()::contains);
    }

    private Opened all(CurationSpec spec, Predicate<Document> shown) {
        Set<String> labels = new TreeSet<>();
        JournalCursor cursor = stores.documents().cursor(0);
        for (Document document = cursor.next(); document != null; document = cursor.next()) {
            if (document.position() < spec.documentsUntil() && shown.test(document)) {
                labels.addAll(document.labels());
            }
        }
        return new Opened(DocumentsSource.all(stores.documents(), reader, spec.documentsUntil(), shown,
                stores.quarantine()::contains), labels);
    }

    private Opened named(List<DocumentId> ids, Predicate<Document> shown) {
        Set<String> labels = new TreeSet<>();
        for (DocumentId id : ids) {
            Document document = stores.documents().find(id).filter(shown).orElseThrow(
                    () -> new QuernException(QuernException.Category.ERROR, "no document '" + id + "'"));
            labels.addAll(document.labels());
        }
        return new Opened(DocumentsSource.of(stores.documents(), reader, ids,
                stores.quarantine()::contains), labels);
    }
}
