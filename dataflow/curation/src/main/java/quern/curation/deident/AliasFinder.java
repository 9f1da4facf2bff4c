package quern.curation.deident;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Names to log in with that are made of somebody's name that the text tells ({@code jweber}, {@code weberj2},
 * {@code j.weber}), or are the first part of a mail address in it. What names can be made into is worked out when the
 * first word is met that begins or ends like one of them.
 */
final class AliasFinder {

    private static final double MADE = 0.74;
    private static final double NAMED = 0.6;
    private static final int NAMES_MAX = 2_000;
    private static final int WORDS_MAX = 6;
    private static final int LETTERS_MIN = 4;
    private static final int CHARS_MIN = 5;
    private static final int CHARS_MAX = 24;
    private static final int DIGITS_MAX = 4;
    private static final int LAST_CHARS_MIN = 5;
    private static final int HASHES = 4_096;
    private static final int EVERYDAY = Lexicon.ENGLISH | Lexicon.GERMAN | Lexicon.FRENCH;

    private final Runs runs;
    private final String text;
    private final Lexicon lexicon;
    private final List<Finding> found;
    /** Names, and log-in names of mail, in small letters without marks. */
    private final Set<List<String>> names = new HashSet<>();
    private final Set<List<String>> told = new HashSet<>();
    private final Set<String> lasts = new HashSet<>();
    private final Set<String> boxes = new HashSet<>();
    /** First and last three letters of their words, by their hashes. */
    private final BitSet begins = new BitSet(HASHES);
    private final BitSet ends = new BitSet(HASHES);
    /** What the names can be made into; null before it was worked out. */
    private Set<String> made;

    /** @param found with the names and mail addresses of the text */
    AliasFinder(Runs runs, Lexicon lexicon, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.lexicon = lexicon;
        this.found = found;
    }

    void find() {
        collect();
        int done = 0;
        for (int run = 0; !begins.isEmpty() && run < runs.count(); run++) {
            if (runs.length(run) <= CHARS_MAX && runs.from(run) >= done && isLettered(run)) {
                done = token(run);
            }
        }
    }

    /** Whether it begins with a small letter, or with two capitals. */
    private boolean isLettered(int run) {
        char first = text.charAt(runs.from(run));
        char second = runs.charAt(runs.from(run) + 1);
        return Character.isLowerCase(first) || first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z';
    }

    /** What the names and mail addresses of the text can be made into. */
    private void collect() {
        List<Finding> persons = new ArrayList<>();
        for (Finding finding : found) {
            if (finding.kind() == IdentifierKind.NAME && finding.confidence() >= NAMED) {
                persons.add(finding);
            } else if (finding.kind() == IdentifierKind.EMAIL) {
                box(finding);
            }
        }
        persons.sort(Comparator.comparingInt(Finding::from));
        List<String> words = new ArrayList<>();
        int to = -1;
        for (Finding name : persons.subList(0, Math.min(persons.size(), NAMES_MAX))) {
            if (to < 0 || name.from() > to + 2) {
                keep(words);
                words.clear();
            }
            for (int run = runs.runAt(name.from()); run < runs.count() && runs.to(run) <= name.to(); run++) {
                if (runs.isWord(run) && words.size() < WORDS_MAX) {
                    words.add(runs.lower(run));
                }
            }
            to = Math.max(to, name.to());
        }
        keep(words);
    }

    private void box(Finding mail) {
        int at = text.indexOf('@', mail.from());
        String local = at < 0 || at > mail.to() ? "" : folded(text.substring(mail.from(), at), false);
        if (local.length() >= LETTERS_MIN && !LoginFinder.ROLES.contains(local)) {
            boxes.add(local);
            mark(local);
        }
    }

    /** With umlauts written out and without. */
    private void keep(List<String> words) {
        if (words.isEmpty() || !told.add(List.copyOf(words))) {
            return;
        }
        List<String> folded = new ArrayList<>(words.size());
        List<String> written = new ArrayList<>(words.size());
        for (String word : words) {
            String plain = folded(word, false);
            folded.add(plain);
            written.add(plain.equals(word) ? plain : folded(word, true));
        }
        keepFolded(folded);
        keepFolded(written);
    }

    private void keepFolded(List<String> words) {
        if (names.add(words)) {
            words.forEach(this::mark);
        }
    }

    private void mark(String word) {
        int to = word.length();
        if (to > 2) {
            begins.set(hash(word, 0));
            ends.set(hash(word, to - 3));
        }
        if (to >= LAST_CHARS_MIN) {
            lasts.add(word);
        }
    }

    private static int hash(String letters, int at) {
        return ((letters.charAt(at) | 32) * 37 + (letters.charAt(at + 1) | 32)) * 37 + (letters.charAt(at + 2) | 32)
                & HASHES - 1;
    }

    /** The usual ways from a name to a log-in name. */
    private void join(List<String> words) {
        for (int a = 0; a < words.size(); a++) {
            for (int b = 0; b < words.size(); b++) {
                if (a != b) {
                    pair(words.get(a), words.get(b));
                }
            }
            if (words.size() - a > 2) {
                pair(words.get(a), String.join("", words.subList(a + 1, words.size())));
            }
        }
    }

    private void pair(String first, String last) {
        if (first.isEmpty() || last.length() < 2) {
            return;
        }
        add(first.charAt(0) + last);
        add(last + first.charAt(0));
        add(first + last);
        add(first.substring(0, Math.min(2, first.length())) + last);
        add(first + last.charAt(0));
        add(last.substring(0, Math.min(5, last.length())) + first.substring(0, Math.min(2, first.length())));
        add(first.substring(0, Math.min(3, first.length())) + last.substring(0, Math.min(3, last.length())));
    }

    private void add(String candidate) {
        if (candidate.length() >= LETTERS_MIN) {
            made.add(candidate);
        }
    }

    /** Letters with digits behind, perhaps in parts. @return behind what was looked at */
    private int token(int run) {
        int last = run;
        while (last < run + 2 && isJoined(last)) {
            last++;
        }
        int from = runs.from(run);
        int to = runs.to(last);
        char before = runs.charAt(from - 1);
        char next = runs.charAt(to);
        if (to - from < CHARS_MIN || to - from > CHARS_MAX || "@._-/".indexOf(before) >= 0 || next == '@'
                || next == '\'' || next == '\u2019') {
            return to;
        }
        int letters = to;
        while (letters > from && to - letters < DIGITS_MAX && Character.isDigit(text.charAt(letters - 1))) {
            letters--;
        }
        if (letters - from < LETTERS_MIN || !begins.get(hash(text, from)) && !ends.get(hash(text, letters - 3))) {
            return to;
        }
        String name = text.substring(from, letters);
        boolean capitals = Character.isUpperCase(text.charAt(from));
        boolean unknown = (lexicon.of(name) & (letters < to ? EVERYDAY : -1)) == 0;
        if (unknown && isMade(folded(name, false), last > run, capitals)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, from, to, MADE));
        }
        return to;
    }

    private boolean isJoined(int run) {
        char mark = runs.charAt(runs.to(run));
        return (mark == '.' || mark == '_' || mark == '-') && run + 1 < runs.count()
                && runs.from(run + 1) == runs.to(run) + 1 && Character.isLowerCase(text.charAt(runs.from(run + 1)));
    }

    private boolean isMade(String name, boolean parted, boolean capitals) {
        if (name.length() < LETTERS_MIN) {
            return false;
        }
        if (made == null) {
            made = new HashSet<>(boxes);
            names.forEach(this::join);
        }
        return made.contains(name)
                || !parted && !capitals && lasts.contains(name.substring(1)) && !lasts.contains(name);
    }

    /** Small letters of ASCII; {@code umlauts}: ä as ae. */
    private static String folded(String word, boolean umlauts) {
        if (isPlain(word)) {
            return word;
        }
        boolean ascii = true;
        StringBuilder plain = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            ascii &= c < 128;
            if (c >= 'a' && c <= 'z') {
                plain.append(c);
            } else if (c >= 'A' && c <= 'Z') {
                plain.append((char) (c | 32));
            }
        }
        if (ascii) {
            return plain.toString();
        }
        String written = LetterCase.lower(word).replace("\u00DF", "ss").replace('\u0142', 'l')
                .replace('\u0131', 'i').replace('\u00F8', 'o').replace("\u00E6", "ae").replace('\u0111', 'd');
        if (umlauts) {
            written = written.replace("\u00E4", "ae").replace("\u00F6", "oe").replace("\u00FC", "ue");
        }
        String marked = Normalizer.normalize(written, Normalizer.Form.NFD);
        plain.setLength(0);
        for (int i = 0; i < marked.length(); i++) {
            if (marked.charAt(i) >= 'a' && marked.charAt(i) <= 'z') {
                plain.append(marked.charAt(i));
            }
        }
        return plain.toString();
    }

    private static boolean isPlain(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < 'a' || word.charAt(i) > 'z') {
                return false;
            }
        }
        return true;
    }
}
