package quern.curation.unicode;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs of characters that look like UTF-8 sequences read in another encoding: each a leading character and the one, two
 * or three that it asks for. No run begins behind a character that could have belonged to one.
 */
final class Utf8Like {

    private static final String CLASS = "\\[([^\\]]*)\\]";
    private static final Pattern WRITTEN = Pattern.compile("\\(\\?<!" + CLASS + "\\)\\(" + CLASS + CLASS + "\\|" + CLASS
            + CLASS + "\\{2\\}\\|" + CLASS + CLASS + "\\{3\\}\\)\\+");
    private static final byte FOLLOWS = 4;
    private static final byte NO_BEGIN_BEHIND = 8;

    /** Per character how many follow it if it leads, and the two facts above. */
    private final byte[] facts = new byte[Character.MAX_VALUE + 1];

    private Utf8Like() {}

    /** @param expression the regular expression of the file of rules */
    static Utf8Like of(String expression) {
        Matcher written = WRITTEN.matcher(expression);
        if (!written.matches()) {
            throw new IllegalArgumentException("no rule of what looks like UTF-8: " + expression);
        }
        Utf8Like like = new Utf8Like();
        like.mark(written.group(1), NO_BEGIN_BEHIND);
        for (int followers = 1; followers <= 3; followers++) {
            like.mark(written.group(2 * followers), (byte) followers);
            like.mark(written.group(2 * followers + 1), FOLLOWS);
        }
        return like;
    }

    private void mark(String written, byte fact) {
        BitSet characters = MojibakeRules.characters(written);
        characters.stream().forEach(c -> facts[c] |= fact);
    }

    /** Where the next run begins; the length of the text if there is none. */
    int next(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            boolean begins = i == 0 || (facts[text.charAt(i - 1)] & NO_BEGIN_BEHIND) == 0;
            if (begins && sequenceEnd(text, i) > i) {
                return i;
            }
        }
        return text.length();
    }

    /** Where a run ends. */
    int end(String text, int from) {
        int to = from;
        for (int next = sequenceEnd(text, to); next > to; next = sequenceEnd(text, to)) {
            to = next;
        }
        return to;
    }

    /** The same place where no sequence is. */
    private int sequenceEnd(String text, int from) {
        int followers = from < text.length() ? facts[text.charAt(from)] & 3 : 0;
        if (followers == 0 || from + followers >= text.length()) {
            return from;
        }
        for (int i = from + 1; i <= from + followers; i++) {
            if ((facts[text.charAt(i)] & FOLLOWS) == 0) {
                return from;
            }
        }
        return from + followers + 1;
    }
}
