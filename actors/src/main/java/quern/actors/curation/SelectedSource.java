package quern.actors.curation;

import java.util.Set;
import quern.curation.SampleSource;

/** A dataset's samples, but only those that come from some documents. Owns the source. */
final class SelectedSource implements SampleSource {

    private final SampleSource source;
    private final Set<String> documentIds;

    SelectedSource(SampleSource source, Set<String> documentIds) {
        this.source = source;
        this.documentIds = Set.copyOf(documentIds);
    }

    @Override
    public void seek(String position) {
        source.seek(position);
    }

    @Override
    public Item next() {
        Item item = source.next();
        while (item != null && !isSelected(item)) {
            item = source.next();
        }
        return item;
    }

    private boolean isSelected(Item item) {
        return switch (item) {
            case Read read -> documentIds.contains(read.sample().documentId())
                    || read.documents().stream().anyMatch(documentIds::contains);
            case Withheld withheld -> documentIds.contains(withheld.sample().documentId());
            case Unreadable unreadable -> documentIds.contains(unreadable.documentId());
        };
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
