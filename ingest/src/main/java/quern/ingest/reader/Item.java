package quern.ingest.reader;

import quern.ingest.Sample;

/** What a reading yields: every part of a document is one of the two. */
public sealed interface Item {

    record Whole(Sample sample) implements Item {}

    /**
     * A part, or the whole document, that could not be made a sample.
     *
     * @param reason short fixed text without anything of the content, e.g. {@code pdf page without text layer}
     */
    record Refused(String reason) implements Item {}
}
