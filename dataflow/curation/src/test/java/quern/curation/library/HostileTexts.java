package quern.curation.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Texts made to make patterns go back and forth, and repairs go on and on. */
final class HostileTexts {

    /**
     * A text of any length.
     *
     * @param front once
     * @param unit again and again
     * @param back again and again from the middle on; empty: the unit all along
     */
    record HostileText(String front, String unit, String back) {

        String of(int characters) {
            if (back.isEmpty()) {
                return front + unit.repeat(characters / unit.length());
            }
            return front + unit.repeat(characters / 2 / unit.length()) + back.repeat(characters / 2 / back.length());
        }

        @Override
        public String toString() {
            String text = front.isEmpty() ? unit : front + "|" + unit;
            return (back.isEmpty() ? text : text + "|" + back).chars()
                    .mapToObj(c -> c >= ' ' && c < 127 ? "" + (char) c : String.format("\\u%04X", c))
                    .collect(Collectors.joining());
        }
    }

    private static final List<String> UNITS = List.of("a", "a ", "a.", "A1", "1", "1.", "1:", "@", "a@a", "a@a.",
            "http://", "www.a", "w", "http://a(", "((", ")", "a/b?", "<", "<a ", "<li>", "<table><tr><td>", "&", "&amp",
            "&#1", "/*", "/* copyright ", "//", "# a\n", "--", "\n", "\n\n", "\r", " ", "\t", "\t|", "a b\n", "| a |\n",
            "a|b\n", "|", "a|", "%", "\\%", "a%\n", "\\", "\\section{", "\\section[", "\\paragraph{",
            "\\newcommand{\\a}{", "\\def\\a{\\a}", "\\begin{", "{", "\\bibliography{", ".", "\u3002", "......",
            "\u2026", "! ", "?\u2019", "Dr. ", "Mr ", "e.g. ", "\u00C3\u00A9", "\u00E2\u20AC", "\u00E2 ", "\u00C3",
            "\u00DF", "\uFF21", "\u0130", "\u03A3", "\u03A3'", "\u4E2D", "\uD83D\uDE00", "\uD800", "\u0000", "\u0301",
            "\u0301\u0316", "\u200B", "'", "\"", "[[", "* ", "1) ", "Q: ", "Q: a\nA: ", "=== ", "a: b\n", "-", "A-1 ",
            "01/02/", "\u2014", "\uFEFF", "\u2028");

    private static final List<String> PIECES = List.of("a", "B", "1", " ", "\n", "\t", ".", ",", ":", ";", "-", "_",
            "/", "\\", "|", "(", ")", "[", "]", "{", "}", "<", ">", "&", "#", "%", "@", "=", "'", "\"", "*", "+", "~",
            "`", "!", "?", "$", "www.", "http:", "td>", "amp;", "section", "def", "Dr", "the", "No. ", "\u00E9",
            "\u03A3", "\u0130", "\u4E2D", "\u3002", "\u0301", "\u00C3", "\u2019", "\u00A0", "\uD83D\uDE00", "\u200D");

    private HostileTexts() {}

    static List<HostileText> known() {
        List<HostileText> texts = new ArrayList<>();
        UNITS.forEach(unit -> texts.add(new HostileText("", unit, "")));
        for (String front : List.of("(", "[", "{", "<", "<!--", "/*", "\"", "\u001B[", "http://(", "a@", "\n")) {
            texts.add(new HostileText(front, "1", ""));
        }
        texts.add(new HostileText("&", "amp;", ""));
        texts.add(new HostileText("\u00C3", "\u0192", ""));
        texts.add(new HostileText("\u4E2D", "\u00C3\u00A9", ""));
        texts.add(new HostileText("", "&#59", ";"));
        texts.add(new HostileText("", "(", ")"));
        texts.add(new HostileText("", "[", "]("));
        texts.add(new HostileText("", "<a>", "</a>"));
        texts.add(new HostileText("", "<table><tr><td>", "</table>"));
        texts.add(new HostileText("", "\\section{", "}"));
        texts.add(new HostileText("", "\\section[", "]{"));
        texts.add(new HostileText("", "\\newcommand{\\a}{", "}\n"));
        texts.add(new HostileText("", "http://a", " "));
        texts.add(new HostileText("", "a ", "."));
        texts.add(new HostileText("", "\"", "\n"));
        return texts;
    }

    /** Units of a few pieces each. */
    static List<HostileText> random(Random random, int count) {
        List<HostileText> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder unit = new StringBuilder();
            for (int pieces = 1 + random.nextInt(4); pieces > 0; pieces--) {
                unit.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            boolean halves = random.nextInt(3) == 0;
            texts.add(new HostileText(random.nextInt(3) == 0 ? PIECES.get(random.nextInt(PIECES.size())) : "",
                    unit.toString(), halves ? PIECES.get(random.nextInt(PIECES.size())) : ""));
        }
        return texts;
    }
}
