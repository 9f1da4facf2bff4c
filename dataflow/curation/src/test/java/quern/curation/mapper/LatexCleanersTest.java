package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The one-pass LaTeX and table cleaners against the regular expressions they stand for, on short texts. */
class LatexCleanersTest {

    private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
    private static final String NAME = "\\b\\*?(?:\\[.*?\\])?\\{.*?\\}";
    private static final Pattern HEADER_COMPATIBLE = Pattern.compile(
            "\\\\(?:chapter|part|section|subsection|subsubsection)" + NAME
            + "|\\\\paragraph" + NAME + "\\\\subparagraph" + NAME, Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile(
            "\\\\(?:chapter|part|section|subsection|subsubsection|paragraph|subparagraph)" + NAME, Pattern.DOTALL);
    private static final Pattern BIBLIOGRAPHY = Pattern.compile(
            "(?:\\\\appendix|\\\\begin\\{(?:references|REFERENCES|thebibliography)\\}|\\\\bibliography\\{.*\\}).*",
            Pattern.DOTALL);
    private static final String SPACE = "[\\s\u0085\u00A0\u2028\u3000\u001C-\u001F]";
    private static final List<Pattern> MACROS = List.of(
            Pattern.compile("\\\\newcommand\\b\\*?\\{(\\\\[a-zA-Z0-9]+?)\\}\\{(.*?)\\}$", LINES),
            Pattern.compile("\\\\def" + SPACE + "*(\\\\[a-zA-Z0-9]+?)" + SPACE + "*\\{(.*?)\\}$", LINES));

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void shouldFindTheHeaderThePatternFindsWhenTextsAreRandom() {
        String[] pieces = {"\\section", "\\part", "\\paragraph", "\\subparagraph", "\\sub", "section", "*", "[", "]",
            "{", "}", "]{", "}\\subparagraph", "a", " ", "\n", "\\", "\\chapter{", "_", "\u0301", "\uD83D\uDE00"};
        compare(pieces, text -> text(HEADER, text, ""), new RemoveHeaderMapper("text", true, false)::map);
        compare(pieces, text -> text(HEADER, text, text), new RemoveHeaderMapper("text", false, false)::map);
        compare(pieces, text -> text(HEADER_COMPATIBLE, text, text), new RemoveHeaderMapper("text", true, true)::map);
    }

    private static String text(Pattern header, String text, String without) {
        Matcher matcher = header.matcher(text);
        return matcher.find() ? text.substring(matcher.start()) : without;
    }

    @Test
    void shouldCutTheBibliographyThePatternCutsWhenTextsAreRandom() {
        String[] pieces = {"\\appendix", "\\begin{", "references}", "REFERENCES}", "\\begin{thebibliography}",
            "\\bibliography", "{", "}", "a", "\\", "\n", "bibliography{"};
        compare(pieces, text -> BIBLIOGRAPHY.matcher(text).replaceFirst(""),
                new RemoveBibliographyMapper("text")::map);
    }

    @Test
    void shouldExpandTheMacrosThePatternsFindWhenTextsAreRandom() {
        String[] pieces = {"\\newcommand", "\\newcommand{\\a}{", "*", "{", "}", "}\n", "\\a", "\\bc", "\\a1", "\\def",
            "\\def\\a{", "\\def \\bc\u00A0{", " ", "\n", "\t", "x", "\u0085", "\r", "\u001C", "}{", "\\a "};
        compare(pieces, LatexCleanersTest::expanded, new ExpandMacroMapper("text")::map);
    }

    private static String expanded(String text) {
        Map<String, String> macros = new LinkedHashMap<>();
        for (Pattern definition : MACROS) {
            Matcher matcher = definition.matcher(text);
            while (matcher.find()) {
                macros.put(matcher.group(1), matcher.group(2));
            }
        }
        String result = text;
        for (Map.Entry<String, String> macro : macros.entrySet()) {
            result = Pattern.compile(Pattern.quote(macro.getKey()) + "([^a-zA-Z0-9])").matcher(result)
                    .replaceAll(Matcher.quoteReplacement(macro.getValue()) + "$1");
        }
        return result;
    }

    @Test
    void shouldRemoveTheTablesThePatternsRemoveWhenTextsAreRandom() {
        String[] pieces = {"a", "b|", "|", "||", " ", "\t", "\n", "\n\n", "a b\n", "a|b\n", "a|b c\n", "\r", "\u00A0",
            "\u001C", "\uD83D\uDE00", "1 2 3\n", "x\n"};
        for (int columnsMax = 2; columnsMax <= 6; columnsMax++) {
            int max = columnsMax;
            int min = max == 2 ? 2 : 2 + random.nextInt(2);
            compare(pieces, text -> withoutTables(text, min, max), new RemoveTableTextMapper("text", min, max)::map);
        }
    }

    private static String withoutTables(String text, int columnsMin, int columnsMax) {
        String token = "([^\\s\\u001C-\\u001F]+?)";
        String result = text;
        for (int columns = columnsMin; columns <= columnsMax; columns++) {
            result = Pattern.compile("(?<=\\n)(" + token + "([ |\\t]" + token + "){" + (columns - 1) + "}\\n+){2,}",
                    Pattern.UNICODE_CHARACTER_CLASS).matcher(result).replaceAll("");
        }
        return result;
    }

    private void compare(String[] pieces, UnaryOperator<String> pattern, UnaryOperator<String> mapper) {
        int changed = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder made = new StringBuilder();
            for (int i = random.nextInt(16); i >= 0; i--) {
                made.append(pieces[random.nextInt(pieces.length)]);
            }
            String text = made.toString();
            String expected = pattern.apply(text);
            changed += expected.equals(text) ? 0 : 1;
            assertEquals(expected, mapper.apply(text), () -> "seed " + seed + ": " + text);
        }
        assertTrue(changed > 300 && changed < 20_000, "seed " + seed + ": " + changed + " texts changed");
    }

    @Test
    void shouldKeepHostileTextWhenNothingInItEnds() {
        for (String unit : List.of("\\section{", "\\section[", "\\section*[{", "\\paragraph{\\subparagraph[",
                "\\bibliography{", "\\newcommand{\\a}{", "\\def\\a ", "\t|", "||", "a|")) {
            String text = "\n" + unit.repeat((1 << 20) / unit.length());
            for (UnaryOperator<String> mapper : List.<UnaryOperator<String>>of(
                    new RemoveHeaderMapper("text", false, false)::map, new RemoveHeaderMapper("text", true, true)::map,
                    new RemoveBibliographyMapper("text")::map, new ExpandMacroMapper("text")::map,
                    new RemoveTableTextMapper("text", 2, 20)::map)) {
                assertTrue(text.equals(mapper.apply(text)), unit);
            }
        }
    }
}
