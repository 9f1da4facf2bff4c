package quern.curation;

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
     */
    record Read(Sample sample, boolean verbatim) implements Item {

        /** A sample as a reader made it of its document. */
        public Read(Sample sample) {
            this(sample, true);
        }
    }

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
}
