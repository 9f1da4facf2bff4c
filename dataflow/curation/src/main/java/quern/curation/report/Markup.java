package quern.curation.report;

import java.util.Locale;

/**
 * HTML as it is built. What is between tags and in attributes is always escaped; only names of tags and attributes,
 * which are ours, are not.
 */
final class Markup {

    private static final char REPLACEMENT = 0xFFFD;

    private final StringBuilder out = new StringBuilder(1 << 16);

    /** Markup of our own, as it is. */
    Markup raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Begins an element. @param attributes names and values in turns */
    Markup open(String tag, Object... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            text(String.valueOf(attributes[i + 1]));
            out.append('"');
        }
        out.append('>');
        return this;
    }

    Markup close(String tag) {
        out.append("</").append(tag).append(">\n");
        return this;
    }

    /** A whole element with a text in it. */
    Markup element(String tag, String text, Object... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /** A name of several words in one, which may be broken between them. */
    Markup name(String name) {
        int from = 0;
        for (int at = name.indexOf('_'); at >= 0; at = name.indexOf('_', from)) {
            text(name.substring(from, at + 1)).raw("<wbr>");
            from = at + 1;
        }
        return text(name.substring(from));
    }

    /** Text that may come from anywhere. */
    Markup text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.append(c);
                default -> out.append(isShown(text, i, c) ? c : REPLACEMENT);
            }
        }
        return this;
    }

    /** Not: controls, which have no place in HTML; what turns the direction of writing around; lone surrogates. */
    private static boolean isShown(String text, int at, char c) {
        if (Character.isHighSurrogate(c)) {
            return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        boolean control = c < ' ' || c >= 0x7F && c < 0xA0;
        boolean turning = c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069 || c == 0xFFFE || c == 0xFFFF;
        return !control && !turning;
    }

    @Override
    public String toString() {
        return out.toString();
    }

    /** A whole number with spaces between thousands. */
    static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202F');
    }

    /** A number as people read it: four digits that count. */
    static String number(double number) {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            return whole((long) number);
        }
        double size = Math.abs(number);
        if (size >= 1e15 || size < 1e-4) {
            return String.format(Locale.ROOT, "%.2e", number);
        }
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.01 ? 3 : 5;
        String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
        return text.indexOf('.') < 0 ? text : text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** A share in percent. */
    static String percent(double part, double whole) {
        if (whole <= 0) {
            return "\u2013";
        }
        double percent = 100 * part / whole;
        return percent > 0 && percent < 0.1 ? "< 0.1 %" : String.format(Locale.ROOT, "%.1f %%", percent);
    }
}
