package quern.curation.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sentences of running text, by the marks that Punkt looks at (Kiss and Strunk, Unsupervised Multilingual Sentence
 * Boundary Detection, 2006) but with lists of abbreviations instead of learned ones: a stop, question or exclamation
 * mark with the quotes and brackets behind it ends a sentence before white space and a word that is not in lower case;
 * a stop does not behind an abbreviation, an initial or a number in a list. Immutable.
 */
public final class SentenceBreaks {

    private static final String SHARED = "vs etc dr prof st no nr vol fig al ed eds cf ca approx p pp jr sr phd";
    private static final Map<String, String> OWN = Map.of(
            "en", "mr mrs ms gen col maj capt lt sgt rev hon pres gov sen rep mt ave blvd rd inc ltd co corp bros dept"
                    + " univ assn jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun est"
                    + " incl u.s u.k e.g i.e a.m p.m d.c",
            "fr", "m mm mme mmes mlle mlles me mgr dr av bd env ex chap art r.v janv f\u00E9vr avr juil sept oct nov"
                    + " d\u00E9c p.ex c.-\u00E0-d tel t\u00E9l",
            "pt", "sr sra srs sras srta dra exmo exma eng prof profa av n\u00BA p.ex jan fev abr mai jun jul ago set"
                    + " out nov dez lda ltda tel",
            "es", "sr sra sres sras srta d d\u00F1a dra ud uds vd vds av avda c/ n\u00FAm p.ej ee uu ee.uu ene feb abr"
                    + " jun jul ago sept oct nov dic s.a tel pg",
            "de", "hr fr bzw usw z.b d.h u.a s.o ggf inkl evtl str bd nr jan feb apr jun jul aug sept okt nov dez tel",
            "it", "sig sigg sig.ra dott prof ing avv on ecc pag es gen feb apr giu lug ago sett ott nov dic tel");
    private static final String CLOSING = "\"'\u201D\u2019\u00BB)]}";

    private final Set<String> abbreviations;

    private SentenceBreaks(Set<String> abbreviations) {
        this.abbreviations = abbreviations;
    }

    /** @return null for a language without a list */
    public static SentenceBreaks of(String language) {
        String own = OWN.get(language);
        return own == null ? null : new SentenceBreaks(Set.copyOf(List.of((SHARED + " " + own).split(" "))));
    }

    /** Codes of the languages there are lists for. */
    public static Set<String> languages() {
        return OWN.keySet();
    }

    /** The sentences without white space around them. */
    public List<String> split(String text) {
        List<String> sentences = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\u3002' || c == '\uFF01' || c == '\uFF1F' || isMark(c)) {
                int end = i + 1;
                while (end < text.length() && (isMark(text.charAt(end)) || CLOSING.indexOf(text.charAt(end)) >= 0)) {
                    end++;
                }
                if (!isMark(c) || endsAt(text, i, end)) {
                    add(sentences, text.substring(from, end));
                    from = end;
                }
                i = end - 1;
            }
        }
        add(sentences, text.substring(from));
        return sentences;
    }

    private static void add(List<String> sentences, String piece) {
        String sentence = PythonText.strip(piece);
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }

    private static boolean isMark(char c) {
        return c == '.' || c == '!' || c == '?' || c == '\u2026';
    }

    /** @param mark place of the first mark; {@code end}: behind all marks and what closes them */
    private boolean endsAt(String text, int mark, int end) {
        if (end == text.length()) {
            return true;
        }
        if (!CodePoints.isSpace(text.charAt(end))) {
            return false;
        }
        int next = end;
        while (next < text.length() && CodePoints.isSpace(text.charAt(next))) {
            next++;
        }
        if (next < text.length() && Character.isLowerCase(text.codePointAt(next))) {
            return false;
        }
        return end > mark + 1 || text.charAt(mark) != '.' || !isAbbreviation(text, mark);
    }

    private boolean isAbbreviation(String text, int stop) {
        int from = stop;
        while (from > 0 && !CodePoints.isSpace(text.charAt(from - 1)) && "([\"'\u201C\u2018\u00AB"
                .indexOf(text.charAt(from - 1)) < 0) {
            from--;
        }
        String word = LetterCase.lower(text.substring(from, stop));
        boolean initial = word.codePointCount(0, word.length()) == 1 && Character.isLetter(word.codePointAt(0));
        boolean item = !word.isEmpty() && word.length() <= 3 && word.chars().allMatch(Character::isDigit)
                && (from == 0 || text.charAt(from - 1) == '\n');
        return initial || item || abbreviations.contains(word);
    }
}
