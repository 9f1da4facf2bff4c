package quern.kv.journal;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Iterates over entries a page at a time, so that nothing native stays open between two calls. */
final class PagedIterator<T> implements Iterator<T> {

    private final Function<byte[], List<SyncedRocks.Entry>> pageAfter;
    private final Function<SyncedRocks.Entry, T> read;
    private List<SyncedRocks.Entry> page;
    private int at;

    /** @param pageAfter the entries after a key, or the first ones for null; empty at the end */
    PagedIterator(Function<byte[], List<SyncedRocks.Entry>> pageAfter, Function<SyncedRocks.Entry, T> read) {
        this.pageAfter = pageAfter;
        this.read = read;
        this.page = pageAfter.apply(null);
    }

    @Override
    public boolean hasNext() {
        if (at == page.size() && at > 0) {
            page = pageAfter.apply(page.getLast().key());
            at = 0;
        }
        return at < page.size();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return read.apply(page.get(at++));
    }
}
