package quern.curation.mapper;

import java.util.ArrayList;
import java.util.List;
import quern.curation.TextMapper;
import quern.curation.text.CodePoints;

/**
 * Deletes tables written as text: two or more lines, after a line feed, of the same number of tokens between single
 * spaces, tabs or bars.
 *
 * <p>Recipe key {@code remove_table_text_mapper}. Compatible with Data-Juicer 1.4.3. A bar stands between tokens or
 * belongs to one, as it fits: so a line has a number of columns between two bounds, which are found in one pass.
 *
 * @param minCol fewest columns of a table; at least 2
 */
public record RemoveTableTextMapper(String textKey, int minCol, int maxCol) implements TextMapper {

    private static final int ROWS_MIN = 2;

    /** A line from its first character to behind its last line feed; no columns: it is part of no table. */
    private record Row(int from, int to, int columnsMin, int columnsMax) {

        boolean has(int columns) {
            return columnsMin <= columns && columns <= columnsMax;
        }
    }

    @Override
    public String name() {
        return "remove_table_text_mapper";
    }

    @Override
    public String map(String text) {
        List<Row> rows = rows(text);
        int count = rows.size();
        for (int columns = minCol; columns <= maxCol; columns++) {
            rows = withoutTables(rows, columns);
        }
        if (rows.size() == count) {
            return text;
        }
        StringBuilder left = new StringBuilder(text.length());
        for (Row row : rows) {
            left.append(text, row.from, row.to);
        }
        return left.toString();
    }

    /** The same list where there is no such table. */
    private static List<Row> withoutTables(List<Row> rows, int columns) {
        List<Row> left = null;
        int copied = 0;
        for (int first = 0; first < rows.size(); ) {
            int next = first;
            while (next < rows.size() && rows.get(next).has(columns)) {
                next++;
            }
            if (next - first >= ROWS_MIN) {
                left = left == null ? new ArrayList<>(rows.size()) : left;
                left.addAll(rows.subList(copied, first));
                copied = next;
            }
            first = Math.max(next, first + 1);
        }
        if (left == null) {
            return rows;
        }
        left.addAll(rows.subList(copied, rows.size()));
        return left;
    }

    /** Line feeds before the first line are a row too; it, and a last line without one, are part of no table. */
    private static List<Row> rows(String text) {
        List<Row> rows = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            boolean whole = from > 0 && end >= 0;
            int columnsMin = whole ? columnsMin(text, from, to) : 0;
            int columnsMax = columnsMin == 0 ? 0 : columnsMin + barsMax(text, from, to);
            while (to < text.length() && text.charAt(to) == '\n') {
                to++;
            }
            rows.add(new Row(from, to, columnsMin, columnsMax));
            from = to;
        }
        return rows;
    }

    /** Tokens between spaces and tabs; 0 where these are not single or other white space is among them. */
    private static int columnsMin(String text, int from, int to) {
        int tokens = 0;
        boolean within = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!CodePoints.isSpace(c)) {
                tokens += within ? 0 : 1;
                within = true;
            } else if (within && (c == ' ' || c == '\t')) {
                within = false;
            } else {
                return 0;
            }
        }
        return within ? tokens : 0;
    }

    /** The most bars that can stand between two tokens each. */
    private static int barsMax(String text, int from, int to) {
        int bars = 0;
        int token = from;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            boolean last = i + 1 == to || text.charAt(i + 1) == ' ' || text.charAt(i + 1) == '\t';
            if (c == ' ' || c == '\t') {
                token = i + 1;
            } else if (c == '|' && i > token && !last) {
                bars++;
                token = i + 1;
            }
        }
        return bars;
    }
}
