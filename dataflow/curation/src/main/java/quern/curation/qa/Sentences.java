package quern.curation.qa;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Cuts running text into sentences: at a stop, question or exclamation mark before white space, unless it ends an
 * abbreviation.
 */
final class Sentences {

    private static final Set<String> ABBREVIATIONS = Set.of("e.g", "i.e", "etc", "vs", "mr", "mrs", "ms", "dr",
            "prof", "st", "no", "fig", "approx", "incl", "inc", "ltd", "co", "jan", "feb", "mar", "apr", "aug",
            "sept", "oct", "nov", "dec", "ca", "cf", "bzw", "z.b", "usw");

    private Sentences() {}

    static List<Span> of(String text, Span within) {
        List<Span> sentences = new ArrayList<>();
        int from = within.from();
        for (int i = within.from(); i < within.to(); i++) {
            if (isEnd(text, i, within)) {
                add(sentences, text, from, i + 1);
                from = i + 1;
            }
        }
        add(sentences, text, from, within.to());
        return sentences;
    }

    private static void add(List<Span> sentences, String text, int from, int to) {
        Span sentence = Span.trimmed(text, from, to, "");
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }

    private static boolean isEnd(String text, int at, Span within) {
        char c = text.charAt(at);
        if (c == '\u3002' || c == '\uFF01' || c == '\uFF1F') {
            return true;
        }
        if (c != '.' && c != '!' && c != '?') {
            return false;
        }
        boolean gap = at + 1 >= within.to() || Character.isWhitespace(text.charAt(at + 1));
        if (!gap || c != '.') {
            return gap;
        }
        int word = at;
        while (word > within.from() && !Character.isWhitespace(text.charAt(word - 1)) && text.charAt(word - 1) != '(') {
            word--;
        }
        String before = LetterCase.lower(text.substring(word, at));
        boolean initial = before.length() == 1 && Character.isLetter(before.charAt(0));
        return !initial && !ABBREVIATIONS.contains(before);
    }
}
