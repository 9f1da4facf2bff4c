package quern.ingest.office;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import quern.ingest.Unreadable;

/** One office file in memory: a word document with a text, or a workbook with rows. */
public final class OfficeFile implements AutoCloseable {

    private final String text;
    private final Workbook workbook;

    private OfficeFile(String text, Workbook workbook) {
        this.text = text;
        this.workbook = workbook;
    }

    /**
     * Opens it by what is in it.
     *
     * @param charactersMax most text of a document, or of a row or all strings of a workbook
     * @param unfoldedBytesMax most bytes all its parts unfold into
     * @param ratioMax most of them per byte of the file
     */
    public static OfficeFile open(byte[] bytes, long charactersMax, long unfoldedBytesMax, int ratioMax)
            throws IOException {
        try {
            var zip = new ZipDirectory(bytes, unfoldedBytesMax, ratioMax);
            if (zip.has("word/document.xml")) {
                return new OfficeFile(WordText.of(zip, charactersMax), null);
            } else if (zip.has("xl/workbook.xml")) {
                return new OfficeFile(null, new Workbook(zip, charactersMax));
            }
            throw new Unreadable("office file of a kind that is not read");
        } catch (ArithmeticException | IndexOutOfBoundsException e) {
            throw new Unreadable("damaged zip directory");
        }
    }

    /** The text of a word document; null for a workbook. */
    public String text() {
        return text;
    }

    /** The next row of a workbook, or null at the end. */
    public ObjectNode nextRow() throws IOException {
        return workbook == null ? null : workbook.next();
    }

    @Override
    public void close() throws IOException {
        if (workbook != null) {
            workbook.close();
        }
    }
}
