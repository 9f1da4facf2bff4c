package quern.curation.erase;

import java.util.HashSet;
import java.util.Set;
import quern.curation.SampleSource;

/** Samples of a source, and which documents gave one. Owns the source. */
final class SeenSource implements SampleSource {

    private final SampleSource source;
    private final Set<String> documents = new HashSet<>();

    SeenSource(SampleSource source) {
        this.source = source;
    }

    Set<String> documents() {
        return documents;
    }

    @Override
    public void seek(String position) {
        source.seek(position);
    }

    @Override
    public Item next() {
        Item item = source.next();
        if (item instanceof Read read) {
            documents.add(read.sample().documentId());
        }
        return item;
    }

    @Override
    public String position() {
        return source.position();
    }

    @Override
    public void close() {
        source.close();
    }
}
