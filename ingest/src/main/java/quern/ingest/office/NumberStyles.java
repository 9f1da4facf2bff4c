package quern.ingest.office;

import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamConstants;

/**
 * Which cell styles of a workbook show a number as a date, and what day a number is then (ECMA-376 part 1, 18.17.4).
 */
final class NumberStyles {

    private static final double SECONDS = 86_400;
    private static final double DAYS_MAX = 2_958_466;
    /** Excel counts a 29 February 1900 that never was. */
    private static final int LEAP_BUG_DAY = 60;

    private final Map<Integer, String> formats = new HashMap<>();
    private final List<Integer> styles = new ArrayList<>();
    private final boolean from1904;

    NumberStyles(boolean from1904) {
        this.from1904 = from1904;
    }

    void read(ZipDirectory zip, String part) throws IOException {
        try (var xml = new SecureXml(zip.open(part))) {
            boolean inCells = false;
            for (int event = xml.next(); event >= 0; event = xml.next()) {
                boolean start = event == XMLStreamConstants.START_ELEMENT;
                if (event == XMLStreamConstants.CHARACTERS) {
                    continue;
                }
                switch (xml.name()) {
                    case "cellXfs" -> inCells = start;
                    case "numFmt" -> {
                        if (start) {
                            formats.put(number(xml.attribute("numFmtId")), xml.attribute("formatCode"));
                        }
                    }
                    case "xf" -> {
                        if (start && inCells) {
                            styles.add(number(xml.attribute("numFmtId")));
                        }
                    }
                    default -> { }
                }
            }
        }
    }

    static int number(String text) {
        return text != null && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && !text.isEmpty() ? Integer.parseInt(text) : 0;
    }

    boolean isDate(int style) {
        if (style >= styles.size()) {
            return false;
        }
        int format = styles.get(style);
        boolean builtIn = format >= 14 && format <= 22 || format >= 27 && format <= 36 || format >= 45 && format <= 47
                || format >= 50 && format <= 58;
        return builtIn || isDateFormat(formats.get(format));
    }

    /** A format with a letter of date or time outside of quotes, brackets and escapes. */
    private static boolean isDateFormat(String format) {
        char until = 0;
        for (int i = 0; format != null && i < format.length(); i++) {
            char c = format.charAt(i);
            if (until != 0) {
                until = c == until ? 0 : until;
            } else if (c == '"') {
                until = '"';
            } else if (c == '[') {
                until = ']';
            } else if (c == '\\' || c == '_' || c == '*') {
                i++;
            } else if ("ymdhsYMDHS".indexOf(c) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** A day, or a point in time where the number has a fraction, in ISO 8601; null for what is neither. */
    String date(double days) {
        if (!(days >= 0 && days < DAYS_MAX)) {
            return null;
        }
        long whole = (long) days;
        LocalDate first = from1904 ? LocalDate.of(1904, 1, 1)
                : LocalDate.of(1899, 12, whole < LEAP_BUG_DAY ? 31 : 30);
        long seconds = Math.round((days - whole) * SECONDS);
        LocalDateTime moment = first.plusDays(whole).atStartOfDay().plus(seconds, ChronoUnit.SECONDS);
        return seconds == 0 ? moment.toLocalDate().toString() : moment.toString();
    }
}
