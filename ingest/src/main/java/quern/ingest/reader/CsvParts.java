package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * Comma-separated values (RFC 4180; also semicolon, tab and bar): the first row names the fields, each further row is
 * a A cell that is not UTF-8 makes its row a flaw. As a document, a row without a column {@code text} gets its cells
 * as one, a line {@code name: value} each. As a row of a dataset it has its columns and no more, every cell a string
 * as it stands: {@code 007} is no number, and what would be one can be read as one by an operator. A cell with nothing
 * in it is null, one with {@code ""} is the empty text.
 */
final class CsvParts implements Parts {

    /** The delimiter that stands most often in the first line. */
    static final char ANY = 0;

    private static final int COLUMNS_MAX = 10_000;
    private static final int HEAD_BYTES = 4096;

    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final RowLimit limit;
    private final boolean withText;
    private List<String> columns;
    private CSVRecord pending;

    /** @param withText whether a row gets a field {@code text} that the file does not have */
    CsvParts(BufferedInputStream input, ReadLimits limits, char delimiter, boolean withText) throws IOException {
        this.withText = withText;
        char chosen = delimiter == ANY ? delimiter(input) : delimiter;
        this.limit = new RowLimit(Utf8Input.reader(input), limits.documentBytesMax());
        var format = CSVFormat.RFC4180.builder().setDelimiter(chosen).setIgnoreEmptyLines(true)
                .setTrailingData(true).setLenientEof(true);
        if (!withText) {
            format.setNullString("").setQuoteMode(QuoteMode.ALL_NON_NULL);
        }
        this.parser = CSVParser.builder().setReader(limit).setFormat(format.get()).get();
        this.records = parser.iterator();
    }

    /** The one of the four that stands most often in the first line, outside quotes. */
    private static char delimiter(BufferedInputStream input) throws IOException {
        input.mark(HEAD_BYTES + 1);
        String head = new String(input.readNBytes(HEAD_BYTES), StandardCharsets.ISO_8859_1).replace("\0", "");
        input.reset();
        String line = head.split("\\R", 2)[0].replaceAll("\"[^\"]*\"", "");
        char best = ',';
        long most = 0;
        for (char candidate : new char[] {',', ';', '\t', '|'}) {
            long count = line.chars().filter(c -> c == candidate).count();
            if (count > most) {
                most = count;
                best = candidate;
            }
        }
        return best;
    }

    @Override
    public Part next() throws IOException {
        if (columns == null) {
            CSVRecord header = record();
            if (header == null) {
                return null;
            }
            columns = columns(header);
        }
        CSVRecord row = pending == null ? record() : pending;
        if (row == null) {
            return null;
        }
        pending = record();
        long to = pending == null ? limit.count : pending.getCharacterPosition();
        if (row.size() > columns.size()) {
            return new Flaw("row has more cells than the header");
        } else if (!isUtf8(row)) {
            return new Flaw("row is not UTF-8");
        }
        return new Fields(fields(row), row.getCharacterPosition(), to, 0);
    }

    private static boolean isUtf8(CSVRecord row) {
        for (String cell : row) {
            if (cell != null && !LooseReader.isWhole(cell)) {
                return false;
            }
        }
        return true;
    }

    private CSVRecord record() throws IOException {
        limit.beginRow();
        try {
            return records.hasNext() ? records.next() : null;
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause() instanceof LimitExceeded exceeded ? exceeded : new Unreadable("damaged row");
        }
    }

    private static List<String> columns(CSVRecord header) throws Unreadable {
        if (header.size() > COLUMNS_MAX) {
            throw new Unreadable("more than " + COLUMNS_MAX + " columns");
        }
        List<String> names = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (String cell : header) {
            String plain = cell == null || cell.isBlank() ? "column_" + (names.size() + 1) : cell.strip();
            String name = plain;
            for (int i = 2; !taken.add(name); i++) {
                name = plain + "_" + i;
            }
            names.add(name);
        }
        return names;
    }

    private ObjectNode fields(CSVRecord row) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < columns.size(); i++) {
            String missing = withText ? "" : null;
            fields.put(columns.get(i), i < row.size() ? row.get(i) : missing);
        }
        return withText ? TableText.with(fields) : fields;
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Ends a row that goes on for too long, such as one with an open quote. */
    private static final class RowLimit extends FilterReader {

        private final long charsMax;
        private long count;
        private long rowFrom;

        RowLimit(Reader reader, long charsMax) {
            super(reader);
            this.charsMax = charsMax;
        }

        void beginRow() {
            rowFrom = count;
        }

        @Override
        public int read() throws IOException {
            char[] one = new char[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(char[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count += Math.max(0, read);
            if (count - rowFrom > charsMax) {
                throw new LimitExceeded("row larger than document-max");
            }
            return read;
        }
    }
}
