package quern.ingest.reader;

import quern.config.IngestConfig;

/**
 * @param documentBytesMax largest text, message, line or row held in memory at once
 * @param unfoldedBytesMax most bytes one compressed or multi-document file may unfold into
 * @param ratioMax most bytes out per byte in
 * @param ocr reads pages and pictures without text
 */
public record ReadLimits(long documentBytesMax, long unfoldedBytesMax, int ratioMax, Ocr ocr) {

    /** Scans are not read. */
    public ReadLimits(long documentBytesMax, long unfoldedBytesMax, int ratioMax) {
        this(documentBytesMax, unfoldedBytesMax, ratioMax, Ocr.NONE);
    }

    public static ReadLimits of(IngestConfig config) {
        return new ReadLimits(
                config.documentMax().bytes(), config.archiveMax().bytes(), config.decompressionRatioMax(),
                Ocr.of(config.ocr()));
    }
}
