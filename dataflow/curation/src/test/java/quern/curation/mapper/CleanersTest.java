package quern.curation.mapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The one-pass cleaners against the regular expressions they stand for, on short texts. */
class CleanersTest {

    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9.\\-+_]+@[a-z0-9.\\-+_]+\\.[a-z]+");
    private static final String PLAIN = "[^\\s()<>]";
    private static final String BALANCED = "\\((?:" + PLAIN + "+|\\(" + PLAIN + "+\\))*\\)";
    private static final Pattern LINK = Pattern.compile("\\b(?:[a-z][\\w-]+:(?:/{1,3}|[a-z0-9%])|www\\p{Nd}{0,3}[.]"
            + "|[a-z0-9.\\-]+[.][a-z]{2,4}/)(?:" + PLAIN + "|" + BALANCED + ")+(?:" + BALANCED
            + "|[^\\s`!()\\[\\]{};:'\".,<>?\u00AB\u00BB\u201C\u201D\u2018\u2019])",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);

    @Test
    void shouldRemoveWhatThePatternMatchesWhenTextsAreRandom() {
        Random random = new Random(3);
        String[] pieces = {"www", "http", ":", "/", "//", ".", "a", "b1", "com", "(", ")", "-", " ", "\n", ",", "@",
                "%", "é",
            "W", "2", "_", "<", "”", "+", "Org", "😀", "中"};
        CleanEmailMapper email = new CleanEmailMapper("text", "#");
        CleanLinksMapper links = new CleanLinksMapper("text", "#");
        int found = 0;
        for (int round = 0; round < 60_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String link = LINK.matcher(text).replaceAll("#");
            found += link.contentEquals(text) ? 0 : 1;
            assertEquals(EMAIL.matcher(text).replaceAll("#"), email.map(text.toString()), text::toString);
            assertEquals(link, links.map(text.toString()), text::toString);
        }
        assertTrue(found > 500, "only " + found + " links");
    }

    @Test
    void shouldTakeLinearTimeWhenTextInvitesBacktracking() {
        String dots = "http://" + ".".repeat(200_000);
        assertEquals(dots, new CleanLinksMapper("text", "").map(dots));
        String dashes = "a-".repeat(200_000) + ":";
        assertEquals(dashes, new CleanLinksMapper("text", "").map(dashes));
        String parentheses = "http://a" + "(".repeat(100_000);
        new CleanLinksMapper("text", "").map(parentheses);
        String locals = "a".repeat(300_000) + "@".repeat(2);
        assertEquals(locals, new CleanEmailMapper("text", "").map(locals));
    }
}
