package quern.curation;

import java.util.List;
import java.util.function.UnaryOperator;
import quern.ingest.Sample;

/**
 * Samples in an order that is the same each time, with a position to come back to. One owner, one thread.
 */
public interface SampleSource extends AutoCloseable {

    /** What a source yields next. */
    sealed interface Item {}

    /**
     * A sample.
     *
     * @param verbatim whether its text is that of the document, character by character, from {@link Sample#from()} on
     * @param documents what it was made of, where that is more than its own document; else empty
     */
    record Read(Sample sample, boolean verbatim, List<String> documents) implements Item {

        public Read {
            documents = List.copyOf(documents);
        }

        /** A sample as a reader made it of its document. */
        public Read(Sample sample) {
            this(sample, true, List.of());
        }
    }

    /**
     * A sample that is there and may not be used; counted as in and dropped.
     *
     * @param reason short fixed text
     */
    record Withheld(Sample sample, String reason) implements Item {}

    /**
     * A document or part of one that could not be made a sample; counted as in and dropped.
     *
     * @param reason short fixed text, for example {@code pdf without text layer}
     */
    record Unreadable(String documentId, String reason) implements Item {}

    /** Goes to a position given by {@link #position()} earlier, possibly by another process. */
    void seek(String position);

    /** The next item, or null at the end. */
    Item next();

    /** Where the next {@link #next()} reads: a short text that means something to this kind of source only. */
    String position();

    @Override
    void close();

    /**
     * The same source with other items, which closes this one.
     *
     * @param use makes of each item what is yielded in its place; null leaves it out
     */
    default SampleSource through(UnaryOperator<Item> use) {
        return new ThroughSource(this, use);
    }
}
