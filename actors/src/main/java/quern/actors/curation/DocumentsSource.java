package quern.actors.curation;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import quern.curation.SampleSource;
import quern.curation.SourceCap;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.JournalCursor;
import quern.ingest.Sample;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.Reading;

/**
 * Documents of the journal as samples: those named, in their order, or all that arrived before the job began. A
 * document that yields nothing is one unreadable item with the reason, and so is one that is withheld. The position is
 * the document's place and how many of its items were taken.
 */
public final class DocumentsSource implements SampleSource {

    /** Walks documents; the position after one leads to the next. */
    private interface Walk {
        Document next();

        long position();

        void seek(long position);
    }

    /** Why a document in quarantine gives no sample. */
    static final String WITHHELD = "quarantined";

    private final DocumentJournal journal;
    private final DocumentReader reader;
    private final Walk walk;
    private final Predicate<String> withheld;
    private long documentFrom;
    private int taken;
    private String readingId = "";
    private String sender = "";
    private String labels = "";
    private Reading reading;

    private DocumentsSource(DocumentJournal journal, DocumentReader reader, Walk walk, Predicate<String> withheld) {
        this.journal = journal;
        this.reader = reader;
        this.walk = walk;
        this.withheld = withheld;
        this.documentFrom = walk.position();
    }

    /**
     * Documents in the order of arrival.
     *
     * @param until positions from here on are left out, so that a resumed run reads what its first attempt read
     * @param shown which documents belong to the source
     * @param withheld ids of documents that are not read: asked anew at each document
     */
    public static DocumentsSource all(DocumentJournal journal, DocumentReader reader, long until,
            Predicate<Document> shown, Predicate<String> withheld) {
        JournalCursor cursor = journal.cursor(0);
        return new DocumentsSource(journal, reader, new Walk() {
            @Override
            public Document next() {
                while (cursor.position() < until) {
                    Document document = cursor.next();
                    if (document == null || document.position() >= until) {
                        return null;
                    }
                    if (shown.test(document)) {
                        return document;
                    }
                }
                return null;
            }

            @Override
            public long position() {
                return cursor.position();
            }

            @Override
            public void seek(long position) {
                cursor.seek(position);
            }
        }, withheld);
    }

    /** The documents named; one that is gone is left out. */
    public static DocumentsSource of(
            DocumentJournal journal, DocumentReader reader, List<DocumentId> ids, Predicate<String> withheld) {
        return new DocumentsSource(journal, reader, new Walk() {
            private int index;

            @Override
            public Document next() {
                while (index < ids.size()) {
                    var found = journal.find(ids.get(index++));
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                return null;
            }

            @Override
            public long position() {
                return index;
            }

            @Override
            public void seek(long position) {
                index = Math.toIntExact(position);
            }
        }, withheld);
    }

    @Override
    public void seek(String position) {
        close();
        String[] parts = position.isEmpty() ? new String[] {"0", "0"} : position.split(":");
        walk.seek(Long.parseLong(parts[0]));
        documentFrom = walk.position();
        taken = 0;
        int skip = Integer.parseInt(parts[1]);
        Document document = skip == 0 ? null : walk.next();
        if (document != null && parts.length > 2 && !document.id().hex().equals(parts[2])) {
            // It was removed meanwhile: the next one is read from its beginning.
            walk.seek(documentFrom);
        } else if (document != null && open(document)) {
            while (taken < skip && reading.next() != null) {
                taken++;
            }
        }
    }

    /** @return false where it is withheld or gone */
    private boolean open(Document document) {
        var content = withheld.test(document.id().hex()) ? Optional.<InputStream>empty()
                : journal.content(document.id());
        content.ifPresent(bytes -> {
            reading = reader.read(document, bytes);
            readingId = document.id().hex();
            sender = document.owners().getFirst().ownerKeyId();
            labels = String.join(",", document.labels());
        });
        return content.isPresent();
    }

    @Override
    public Item next() {
        while (true) {
            if (reading == null) {
                documentFrom = walk.position();
                taken = 0;
                Document document = walk.next();
                if (document == null) {
                    return null;
                }
                if (!open(document)) {
                    if (withheld.test(document.id().hex())) {
                        return new Unreadable(document.id().hex(), WITHHELD);
                    }
                    continue;
                }
            }
            quern.ingest.reader.Item item = reading.next();
            if (item != null) {
                taken++;
                return switch (item) {
                    case quern.ingest.reader.Item.Whole whole -> new Read(signed(whole.sample()));
                    case quern.ingest.reader.Item.Refused refused -> new Unreadable(readingId, refused.reason());
                };
            }
            reading.close();
            reading = null;
        }
    }

    /** Says whose it is, whatever it says itself. */
    private Sample signed(Sample sample) {
        sample.fields().put(SourceCap.SENDER, sender).put(SourceCap.LABELS, labels);
        return sample;
    }

    @Override
    public String position() {
        return reading == null ? walk.position() + ":0" : documentFrom + ":" + taken + ":" + readingId;
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
    }
}
