package quern.actors.curation;

import java.util.function.Predicate;
import quern.curation.SampleSource;

/** A dataset's samples, without those that come from a withheld document, if only in part. Owns the source. */
final class WithholdingSource implements SampleSource {

    private final SampleSource source;
    private final Predicate<String> withheld;

    /** @param withheld ids of documents whose samples may not be used: asked anew at each sample */
    WithholdingSource(SampleSource source, Predicate<String> withheld) {
        this.source = source;
        this.withheld = withheld;
    }

    @Override
    public void seek(String position) {
        source.seek(position);
    }

    @Override
    public Item next() {
        Item item = source.next();
        boolean gone = item instanceof Read read && (withheld.test(read.sample().documentId())
                || read.documents().stream().anyMatch(withheld));
        return gone ? new Withheld(((Read) item).sample(), DocumentsSource.WITHHELD) : item;
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
