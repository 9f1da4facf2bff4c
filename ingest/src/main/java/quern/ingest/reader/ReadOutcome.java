package quern.ingest.reader;

/** How the reading of a document ended. Every document ends in exactly one. */
public sealed interface ReadOutcome {

    /**
     * At least one sample came out.
     *
     * @param samples how many
     * @param refused parts of it that could not be made samples: broken lines, pages without text
     */
    record Read(long samples, long refused, PageCounts pages) implements ReadOutcome {}

    /** A document of pages without one character of text, such as a scan. */
    record NoText(int pages) implements ReadOutcome {}

    /** Nothing could be made of it. */
    record Unreadable(String reason) implements ReadOutcome {}

    /** Nothing was made of it because it passes a limit. */
    record TooLarge(String reason) implements ReadOutcome {}
}
