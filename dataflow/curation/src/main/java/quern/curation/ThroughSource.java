package quern.curation;

import java.util.function.UnaryOperator;

/** See {@link SampleSource#through}. */
record ThroughSource(SampleSource source, UnaryOperator<SampleSource.Item> use) implements SampleSource {

    @Override
    public void seek(String position) {
        source.seek(position);
    }

    @Override
    public Item next() {
        Item item = source.next();
        while (item != null) {
            Item used = use.apply(item);
            if (used != null) {
                return used;
            }
            item = source.next();
        }
        return null;
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
