package quern.curation.kenlm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.Interval;
import quern.curation.filter.PerplexityFilter;
import quern.curation.text.TextView;

/** Data-Juicer's formula over lines and words as Python cuts them, beside the one that cuts nothing out. */
class KenlmPerplexityTest {

    private static final Pattern LINE = Pattern.compile(
            "(?s)(.*?)(\r\n|[\n\u000B\f\r\u001C-\u001E\u0085\u2028\u2029])");
    private static final String SPACES = "[\\u0009-\\u000D\\u001C-\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028"
            + "\\u2029\\u202F\\u205F\\u3000]+";

    @TempDir
    Path directory;
    private KenlmModel model;

    @BeforeEach
    void open() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("mill-trie.bin")) {
            model = KenlmModel.open(Files.write(directory.resolve("mill.bin"), in.readAllBytes()));
        }
    }

    private double expected(String text) {
        List<String> lines = new ArrayList<>();
        var matcher = LINE.matcher(text);
        int at = 0;
        while (matcher.find()) {
            lines.add(matcher.group(1));
            at = matcher.end();
        }
        if (at < text.length()) {
            lines.add(text.substring(at));
        }
        double score = 0;
        long length = 0;
        for (String line : lines) {
            score += model.score(split(line, "[ \t]+"));
            length += split(line, SPACES).size() + 1;
        }
        return length == 0 ? 0 : Math.pow(10, -score / length);
    }

    private static List<String> split(String line, String by) {
        return java.util.Arrays.stream(line.split(by)).filter(word -> !word.isEmpty()).toList();
    }

    @Test
    void shouldCutLinesAndWordsAsPythonDoesWhenTextsAreOdd() {
        Random random = new Random(11);
        String[] parts = {"the", "mill", "\u4E2D\u6587", "\uD83C\uDF3E", " ", "\t", "\n", "\r", "\r\n", "\u000B",
            "\u0085", "\u00A0", "\u3000", "\u001F", "\u001C", "\u2028", "\u2009", "\u200B", "m\u00FChle",
            "\uD83C", "\uDF3E", "",
            "\u0000", "\u007F", "w".repeat(200)};
        for (int round = 0; round < 3000; round++) {
            String[] pieces = new String[random.nextInt(12)];
            for (int i = 0; i < pieces.length; i++) {
                pieces[i] = parts[random.nextInt(parts.length)] + parts[random.nextInt(parts.length)];
            }
            double found = new KenlmPerplexity(model, _ -> pieces).of("any");
            String text = String.join(" ", pieces);
            assertEquals(expected(text), found, () -> text.chars().mapToObj(Integer::toHexString).toList().toString());
        }
    }

    @Test
    void shouldRoundAsPythonDoesWhenAStatIsWritten() {
        double[] found = {0.25, 1.15, 2.675, 1147154.25, 0.05};
        double[] written = {0.2, 1.1, 2.7, 1147154.2, 0.1};
        for (int i = 0; i < found.length; i++) {
            double value = found[i];
            PerplexityFilter filter = new PerplexityFilter("text", new Interval(0, 1500, true, true, false),
                    _ -> value);
            assertEquals(written[i], filter.measure(new TextView("a text")));
        }
    }

    @Test
    void shouldBeZeroWhenThereAreNoLines() {
        assertEquals(0, new KenlmPerplexity(model, _ -> new String[0]).of(""));
        assertTrue(new KenlmPerplexity(model, _ -> new String[] {"\n"}).of("\n") > 1);
    }
}
