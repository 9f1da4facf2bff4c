package quern.appliance.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results on standard output: JSON, or a table for people. Nothing else is written there. */
final class Printer {

    private static final int CELL_CHARS_MAX = 64;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Printer() {}

    static void json(JsonNode node) {
        try {
            System.out.println(ApiClient.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node));
        } catch (JacksonException e) {
            throw new IllegalStateException(e);
        }
    }

    static void line(String text) {
        System.out.println(safe(text));
    }

    /** Rows under headings, columns as wide as their widest cell. */
    static void table(List<String> headings, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        rows.forEach(row -> all.add(row.stream().map(Printer::cell).toList()));
        int[] widths = new int[headings.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
            }
            System.out.println(line.toString().stripTrailing());
        }
    }

    private static String cell(String text) {
        String plain = safe(text).replace('\n', ' ');
        boolean id = plain.length() == CELL_CHARS_MAX;
        return plain.length() <= CELL_CHARS_MAX || id ? plain : plain.substring(0, CELL_CHARS_MAX - 1) + "\u2026";
    }

    /** Without control characters: names and texts of others must not steer the terminal. */
    static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
            safe.appendCodePoint(control ? 0xFFFD : c);
        });
        return safe.toString();
    }

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** Seconds of the epoch as local time. */
    static String time(JsonNode seconds) {
        return seconds.isNumber()
                ? java.time.LocalDateTime.ofInstant(java.time.Instant.ofEpochSecond(seconds.asLong()),
                        java.time.ZoneId.systemDefault()).toString().replace('T', ' ')
                : "";
    }
}
