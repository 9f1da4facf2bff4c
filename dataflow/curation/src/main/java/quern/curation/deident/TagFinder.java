package quern.curation.deident;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Dumps of files whose fields are numbered: DICOM's {@code (0010,0010) PN [DOE^JANE]} (part 15 of the standard names
 * what identifies) and the xDT of German practices, where {@code 0143101Muster} is a length, a field, its content.
 */
final class TagFinder {

    private static final int LINE_CHARS_MAX = 300;
    private static final int TAG_CHARS = 4;
    private static final int LENGTH_DIGITS = 3;
    /** Three digits of the length, four of the field, a line end of two characters. */
    private static final int FRAME_CHARS = 9;
    private static final int HEAD_CHARS = 7;
    private static final int AGE_MIN = 90;
    private static final Map<String, IdentifierKind> TAGS = new HashMap<>();
    private static final Map<String, IdentifierKind> FIELDS = new HashMap<>();

    static {
        put(TAGS, IdentifierKind.NAME, "00100010 00101001 00101005 00101060 00080090 00081048 00081050 00081060 "
                + "00081070 00321032 0040A075 0040A123 00402008 00102297 00400006 00081052 00401010");
        put(TAGS, IdentifierKind.MRN, "00100020 00101000 00101090 00380010 00380060");
        put(TAGS, IdentifierKind.DATE, "00100030 00080012 00080020 00080021 00080022 00080023 00400244 00400250 "
                + "00380020 00321000 0040A030 00102110");
        put(TAGS, IdentifierKind.ADDRESS, "00101040 00080081 00080092 00401102");
        put(TAGS, IdentifierKind.PHONE, "00102154 00080094 00401103");
        put(TAGS, IdentifierKind.AGE, "00101010");
        put(TAGS, IdentifierKind.DEVICE, "00181000 00181002 00186011");
        put(TAGS, IdentifierKind.OTHER_ID, "00080050 00200010 0020000D 0020000E 00080018 00080014 00401001 00402016 "
                + "00402017 00081155 00200052");
        put(FIELDS, IdentifierKind.NAME, "3101 3102 3201 3202 3120");
        put(FIELDS, IdentifierKind.DATE, "3103 3203");
        put(FIELDS, IdentifierKind.ADDRESS, "3106 3107 3109 3112 3113 3121 3122 3123 3124 3205 3206 3207");
        put(FIELDS, IdentifierKind.HEALTH_PLAN, "3105 3119");
        put(FIELDS, IdentifierKind.MRN, "3000");
        put(FIELDS, IdentifierKind.PHONE, "3626 3618 3628");
    }

    private final String text;
    private final List<Finding> found;
    private final Placed placed;

    TagFinder(Runs runs, List<Finding> found) {
        this.text = runs.text;
        this.found = found;
        this.placed = new Placed(runs.text, found);
    }

    private static void put(Map<String, IdentifierKind> tags, IdentifierKind kind, String numbers) {
        for (String number : numbers.split(" ")) {
            tags.put(number, kind);
        }
    }

    void find() {
        for (int at = text.indexOf("(00"); at >= 0; at = text.indexOf("(00", at + 1)) {
            dicom(at + 1);
        }
        if (!text.contains("3101")) {
            return;
        }
        int from = 0;
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            practice(from);
            from = to < 0 ? text.length() : to + 1;
        }
    }

    private void dicom(int from) {
        int second = from + TAG_CHARS + 1;
        second += second < text.length() && text.charAt(second) == ' ' ? 1 : 0;
        int end = second + TAG_CHARS;
        if (end >= text.length() || text.charAt(from + TAG_CHARS) != ',' || text.charAt(end) != ')') {
            return;
        }
        IdentifierKind kind = TAGS.get((text.substring(from, from + TAG_CHARS) + text.substring(second, end))
                .toUpperCase(Locale.ROOT));
        int to = lineEnd(end);
        int open = kind == null ? to : end + 1;
        while (open < to && "['\"".indexOf(text.charAt(open)) < 0 || open < to && text.charAt(open) == '\''
                && text.charAt(open - 1) != ' ') {
            open++;
        }
        int close = open + 1;
        while (close < to && (text.charAt(open) == '[' ? text.charAt(close) != ']' : text.charAt(close)
                != text.charAt(open))) {
            close++;
        }
        if (close < to) {
            value(kind, open + 1, close);
        }
    }

    private int lineEnd(int from) {
        int to = text.indexOf('\n', from, Math.min(text.length(), from + LINE_CHARS_MAX));
        return to < 0 ? Math.min(text.length(), from + LINE_CHARS_MAX) : to;
    }

    private void practice(int from) {
        int to = lineEnd(from);
        while (to > from && text.charAt(to - 1) == '\r') {
            to--;
        }
        if (to - from <= HEAD_CHARS || !text.substring(from, from + HEAD_CHARS).matches("[0-9]{7}")) {
            return;
        }
        int length = Integer.parseInt(text.substring(from, from + LENGTH_DIGITS));
        IdentifierKind kind = FIELDS.get(text.substring(from + LENGTH_DIGITS, from + HEAD_CHARS));
        int content = to - from - HEAD_CHARS;
        if (kind == null || Math.abs(length - FRAME_CHARS - content) > 2) {
            return;
        }
        if (kind == IdentifierKind.DATE) {
            found.add(new Finding(kind, from + HEAD_CHARS, to, Placed.SURE));
        } else {
            value(kind, from + HEAD_CHARS, to);
        }
    }

    private void value(IdentifierKind kind, int from, int to) {
        Parts parts = new Parts(text, from, to, '^', Parts.NO_RELEASE);
        switch (kind) {
            case NAME -> {
                for (int i = 0; i < Math.min(3, parts.count()); i++) {
                    placed.name(parts, i);
                }
            }
            case DATE -> placed.date(parts, 0);
            case ADDRESS -> placed.address(parts, 0);
            case PHONE -> placed.phone(kind, parts, 0);
            case AGE -> {
                String age = parts.of(0);
                if (age.matches("[01]\\d{2}Y") && Integer.parseInt(age.substring(0, 3)) >= AGE_MIN) {
                    found.add(new Finding(kind, parts.from(0), parts.from(0) + 3, Placed.SURE));
                }
            }
            default -> placed.id(kind, parts, 0, 2);
        }
    }
}
