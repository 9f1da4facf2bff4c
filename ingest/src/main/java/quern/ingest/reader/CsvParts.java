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

/**
 * Comma-separated values (RFC 4180; also semicolon, tab and bar): the first row names the fields, each further row is a
 * sample. Without a column {@code text} a sample's text is its cells, a line {@code name: value} each.
 */
final class CsvParts implements Parts {

    private static final int COLUMNS_MAX = 10_000;
    private static final int HEAD_BYTES = 4096;

    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final RowLimit limit;
    private List<String> columns;
    private CSVRecord pending;

    CsvParts(BufferedInputStream input, ReadLimits limits) throws IOException {
        char delimiter = delimiter(input);
        this.limit = new RowLimit(Utf8Input.reader(input), limits.documentBytesMax());
        var format = CSVFormat.RFC4180.builder().setDelimiter(delimiter).setIgnoreEmptyLines(true)
                .setTrailingData(true).setLenientEof(true).get();
        this.parser = CSVParser.builder().setReader(limit).setFormat(format).get();
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
        }
        return new Fields(fields(row), row.getCharacterPosition(), to, 0);
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
            String plain = cell.isBlank() ? "column_" + (names.size() + 1) : cell.strip();
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
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String cell = i < row.size() ? row.get(i) : "";
            fields.put(columns.get(i), cell);
            if (!cell.isBlank()) {
                text.append(text.isEmpty() ? "" : "\n").append(columns.get(i)).append(": ").append(cell);
            }
        }
        if (!fields.has("text")) {
            fields.put("text", text.toString());
        }
        return fields;
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
