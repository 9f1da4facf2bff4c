package quern.actors.curation;

import java.util.List;
import java.util.function.Predicate;
import quern.curation.SampleSource;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.DocumentJournal;
import quern.ingest.JournalCursor;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.Reading;

/**
 * Documents of the journal as samples: those named, in their order, or all that arrived before the job began. A
 * document that yields nothing is one unreadable item with the reason. The position is the document's place and how
 * many of its items were taken.
 */
public final class DocumentsSource implements SampleSource {

    /** Walks documents; the position after one leads to the next. */
    private interface Walk {
        Document next();

        long position();

        void seek(long position);
    }

    private final DocumentJournal journal;
    private final DocumentReader reader;
    private final Walk walk;
    private long documentFrom;
    private int taken;
    private String readingId = "";
    private Reading reading;

    private DocumentsSource(DocumentJournal journal, DocumentReader reader, Walk walk) {
        this.journal = journal;
        this.reader = reader;
        this.walk = walk;
        this.documentFrom = walk.position();
    }

    /**
     * Documents in the order of arrival.
     *
     * @param until positions from here on are left out, so that a resumed run reads what its first attempt read
     * @param shown which documents belong to the source
     */
    public static DocumentsSource all(
            DocumentJournal journal, DocumentReader reader, long until, Predicate<Document> shown) {
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
        });
    }

    /** The documents named; one that is gone is left out. */
    public static DocumentsSource of(DocumentJournal journal, DocumentReader reader, List<DocumentId> ids) {
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
        });
    }

    @Override
    public void seek(String position) {
        close();
        String[] parts = position.isEmpty() ? new String[] {"0", "0"} : position.split(":");
        walk.seek(Long.parseLong(parts[0]));
        documentFrom = walk.position();
        int skip = Integer.parseInt(parts[1]);
        taken = 0;
        for (int i = 0; i < skip; i++) {
            next();
        }
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
                var content = journal.content(document.id());
                if (content.isEmpty()) {
                    continue;
                }
                reading = reader.read(document, content.get());
                readingId = document.id().hex();
            }
            quern.ingest.reader.Item item = reading.next();
            if (item != null) {
                taken++;
                return switch (item) {
                    case quern.ingest.reader.Item.Whole whole -> new Read(whole.sample());
                    case quern.ingest.reader.Item.Refused refused -> new Unreadable(readingId, refused.reason());
                };
            }
            reading.close();
            reading = null;
        }
    }

    @Override
    public String position() {
        return reading == null ? walk.position() + ":0" : documentFrom + ":" + taken;
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
    }
}
