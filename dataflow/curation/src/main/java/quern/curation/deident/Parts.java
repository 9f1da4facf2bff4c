package quern.curation.deident;

import java.util.Arrays;

/** A stretch of a text, cut at a character: the fields of a segment, the components of a field. One text. */
final class Parts {

    private static final int PARTS_MAX = 128;
    /** No character: nothing takes the meaning from the separator behind it. */
    static final char NO_RELEASE = 0;

    private final String text;
    private int[] froms = new int[8];
    private int[] tos = new int[8];
    private int count;

    /** @param release what stands before a separator that is part of the value */
    Parts(String text, int from, int to, char separator, char release) {
        this.text = text;
        int at = from;
        for (int i = from; i < to && count < PARTS_MAX; i++) {
            char c = text.charAt(i);
            if (c == release && release != NO_RELEASE) {
                i++;
            } else if (c == separator) {
                add(at, i);
                at = i + 1;
            }
        }
        if (count < PARTS_MAX) {
            add(at, to);
        }
    }

    private void add(int from, int to) {
        if (count == froms.length) {
            froms = Arrays.copyOf(froms, 2 * count);
            tos = Arrays.copyOf(tos, 2 * count);
        }
        while (from < to && isFilling(text.charAt(from))) {
            from++;
        }
        while (to > from && isFilling(text.charAt(to - 1))) {
            to--;
        }
        froms[count] = from;
        tos[count++] = to;
    }

    private static boolean isFilling(char c) {
        return Runs.isBlank(c) || c == '"';
    }

    int count() {
        return count;
    }

    int from(int part) {
        return froms[part];
    }

    int to(int part) {
        return tos[part];
    }

    /** The part without spaces around it; empty where there are not so many. */
    String of(int part) {
        return part < count ? text.substring(froms[part], tos[part]) : "";
    }

    int length(int part) {
        return part < count ? tos[part] - froms[part] : 0;
    }

    int digits(int part) {
        int digits = 0;
        for (int i = part < count ? froms[part] : 0; part < count && i < tos[part]; i++) {
            digits += text.charAt(i) >= '0' && text.charAt(i) <= '9' ? 1 : 0;
        }
        return digits;
    }

    int letters(int part) {
        int letters = 0;
        for (int i = part < count ? froms[part] : 0; part < count && i < tos[part]; i++) {
            letters += Character.isLetter(text.charAt(i)) ? 1 : 0;
        }
        return letters;
    }
}
