package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import quern.ingest.office.OfficeFile;

/** A word document as one sample, a workbook as one for each row of its sheets. */
final class OfficeParts implements Parts {

    private final OfficeFile file;
    private final boolean withText;
    private long at;

    private OfficeParts(OfficeFile file, boolean withText) {
        this.file = file;
        this.withText = withText;
    }

    static Parts of(byte[] bytes, ReadLimits limits, Manner manner) throws IOException {
        OfficeFile file = OfficeFile.open(
                bytes, limits.documentBytesMax(), limits.unfoldedBytesMax(), limits.ratioMax());
        return file.text() != null ? OnePart.of(file.text()) : new OfficeParts(file, !manner.rows());
    }

    @Override
    public Part next() throws IOException {
        ObjectNode row = file.nextRow();
        if (row == null) {
            return null;
        }
        long from = at++;
        return new Fields(withText ? TableText.with(row) : row, from, at, 0);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
