package quern.config;

/**
 * @param documentMax largest single document
 * @param archiveMax most text that one compressed or multi-document file may unfold into
 * @param decompressionRatioMax most bytes out per byte in
 * @param segment size at which the journal begins a new file
 * @param documentsMax documents the journal holds; one more is refused
 * @param appendBatchMax appends that share one fsync
 * @param appendQueueMax appends that wait; one more is refused with 429
 * @param quarantine which arriving documents no run uses until they are released
 * @param ocr reading of scans
 */
public record IngestConfig(
        DataSize documentMax,
        DataSize archiveMax,
        int decompressionRatioMax,
        DataSize segment,
        int documentsMax,
        int appendBatchMax,
        int appendQueueMax,
        QuarantinePolicy quarantine,
        OcrConfig ocr) {

    public IngestConfig {
        new Bounds()
                .within("documentMax", documentMax, "1KiB", "1GiB")
                .within("archiveMax", archiveMax, "1KiB", "1TiB")
                .within("decompressionRatioMax", decompressionRatioMax, 1, 100_000)
                .within("segment", segment, "4KiB", "16GiB")
                .within("documentsMax", documentsMax, 1, 100_000_000)
                .within("appendBatchMax", appendBatchMax, 1, 65_536)
                .within("appendQueueMax", appendQueueMax, 1, 1 << 20)
                .enforce();
    }

    /** Which arriving documents wait until they are released. */
    public enum QuarantinePolicy {
        NONE,
        /** Those of a source, a key with its labels, that has no document in the journal outside of quarantine. */
        NEW_SOURCES,
        ALL
    }
}
