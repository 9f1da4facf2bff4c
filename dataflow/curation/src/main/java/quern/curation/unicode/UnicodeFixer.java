package quern.curation.unicode;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Repairs text line by line until nothing changes: HTML character references (until a {@code <} is met: then the text
 * is HTML and keeps them), wrong encodings, ligatures, full-width forms, curly quotes, line ends, lone surrogates,
 * terminal escapes and control characters; then Unicode normalisation. Equal to ftfy 6.3's {@code fix_text}.
 */
public final class UnicodeFixer {

    private static final int SEGMENT_CHARACTERS_MAX = 1_000_000;
    private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\\x1b\\[[\\p{Nd};]*+[a-zA-Z]");
    private static final Pattern LINE_END = Pattern.compile("\\r\\n|[\\r\\u2028\\u2029\\u0085]");
    /** What becomes of each character on its own; null where it stays. */
    private static final String[] TABLE = table();

    private UnicodeFixer() {}

    /** @return the same object where nothing is wrong */
    public static String fix(String text, Normalizer.Form form) {
        boolean changed = false;
        boolean html = false;
        StringBuilder result = null;
        Effort effort = new Effort(text);
        for (int from = 0; from < text.length(); ) {
            int lineEnd = text.indexOf('\n', from) + 1;
            int to = Math.min(lineEnd == 0 ? text.length() : lineEnd, from + SEGMENT_CHARACTERS_MAX);
            if (!isPlain(text, from, to)) {
                String line = text.substring(from, to);
                html = html || line.indexOf('<') >= 0;
                String fixed = fixLine(line, html, form, effort);
                if (!fixed.equals(line)) {
                    result = result == null ? new StringBuilder(text.length()).append(text, 0, from) : result;
                    result.append(fixed);
                    changed = true;
                    from = to;
                    continue;
                }
            } else {
                html = html || text.substring(from, to).indexOf('<') >= 0;
            }
            if (result != null) {
                result.append(text, from, to);
            }
            from = to;
        }
        return changed ? result.toString() : text;
    }

    /** True for ASCII without anything that is ever changed. */
    private static boolean isPlain(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 127 || c == '&' || c < ' ' && c != '\n' && c != '\t' && c != '\f') {
                return false;
            }
        }
        return true;
    }

    private static String fixLine(String line, boolean html, Normalizer.Form form, Effort effort) {
        String text = line;
        while (true) {
            String before = text;
            text = html ? text : HtmlEntities.decode(text);
            text = Mojibake.fix(text, effort);
            text = translate(text);
            text = hasLineEnd(text) ? LINE_END.matcher(text).replaceAll("\n") : text;
            text = loneSurrogates(text);
            text = text.indexOf('\u001b') < 0 ? text : TERMINAL_ESCAPE.matcher(text).replaceAll("");
            text = withoutControls(text);
            text = normal(text, form);
            if (text.equals(before)) {
                return text;
            }
            effort.again(text);
        }
    }

    private static String normal(String text, Normalizer.Form form) {
        String ordered = MarkOrder.ordered(text);
        return Normalizer.isNormalized(ordered, form) ? ordered : Normalizer.normalize(ordered, form);
    }

    private static boolean hasLineEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\u2028' || c == '\u2029' || c == '\u0085') {
                return true;
            }
        }
        return false;
    }

    private static String translate(String text) {
        StringBuilder result = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String to = c < 128 ? null : TABLE[c];
            if (to != null && result == null) {
                result = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (result != null) {
                if (to == null) {
                    result.append(c);
                } else {
                    result.append(to);
                }
            }
        }
        return result == null ? text : result.toString();
    }

    private static String loneSurrogates(String text) {
        char[] fixed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                fixed = fixed == null ? text.toCharArray() : fixed;
                fixed[i] = '\uFFFD';
            }
        }
        return fixed == null ? text : new String(fixed);
    }

    private static String withoutControls(String text) {
        if (!hasControl(text)) {
            return text;
        }
        int kept = 0;
        char[] left = new char[text.length()];
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            left[kept] = c;
            kept += isControl(c) ? 0 : 1;
        }
        return new String(Arrays.copyOf(left, kept));
    }

    private static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isControl(char c) {
        return c < 9 || c == 0x0B || c >= 0x0E && c < 0x20 || c == 0x7F || c >= 0x206A && c <= 0x206F || c == 0xFEFF
                || c >= 0xFFF9 && c <= 0xFFFC;
    }

    private static String[] table() {
        String[] table = new String[Character.MAX_VALUE + 1];
        String pairs = "\u0132IJ \u0133ij \u0149\u02BCn \u01F1DZ \u01F2Dz \u01F3dz \u01C4D\u017D \u01C5D\u017E "
                + "\u01C6d\u017E "
                + "\u01C7LJ \u01C8Lj \u01C9lj \u01CANJ \u01CBNj \u01CCnj \uFB00ff \uFB01fi \uFB02fl \uFB03ffi "
                + "\uFB04ffl "
                + "\uFB05\u017Ft \uFB06st";
        for (String pair : pairs.split(" ")) {
            table[pair.charAt(0)] = pair.substring(1);
        }
        table[0x3000] = " ";
        for (char c = 0xFF01; c < 0xFFF0; c++) {
            String narrow = Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC);
            table[c] = narrow.equals(String.valueOf(c)) ? null : narrow;
        }
        for (char c : "\u02BC\u2018\u2019\u201A\u201B".toCharArray()) {
            table[c] = "'";
        }
        for (char c : "\u201C\u201D\u201E\u201F".toCharArray()) {
            table[c] = "\"";
        }
        table[0x0149] = "'n";
        return table;
    }
}
