package quern.curation.deident;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/**
 * Names to log in with: behind a word for who is logged in, and wherever one is made of somebody's name that the text
 * tells ({@code jweber}, {@code weberj2}, {@code j.weber}) or is the first part of a mail address in it.
 */
final class LoginFinder {

    private static final int REACH = 64;
    private static final double SAID = 0.75;
    private static final double MADE = 0.74;
    private static final double NAMED = 0.6;
    private static final int NAMES_MAX = 2_000;
    private static final int WORDS_MAX = 6;
    private static final int CHARS_MIN = 5;
    private static final int CHARS_MAX = 24;
    private static final int DIGITS_MAX = 4;
    private static final int LAST_CHARS_MIN = 5;
    private static final int EVERYDAY = Lexicon.ENGLISH | Lexicon.GERMAN | Lexicon.FRENCH;
    private static final String END = "(?=\\n|\\r|\\t|\\s?[|;)\\]]| {2}|$)";
    /** Behind a mark, or between wide spaces: a name in small letters. */
    private static final Pattern LOGIN = Pattern.compile("(?:\\s?(?:name|id|kennung))?(?:\\s?[:=]\\s{0,3}|\\s)"
            + "([a-z]{2,14}\\d{1,4}(?![\\p{L}\\d@/._-]|\\.\\d)|[a-z]{4,14}" + END + ")");
    /** The same behind a word for nothing else: capitals, and what a sentence goes on behind, too. */
    private static final Pattern PLAIN = Pattern.compile("(?:\\s?(?:name|id|kennung))?\\s?(?:[:=]\\s{0,3}|[\"'(]?)"
            + "([a-z]{4,14}\\d{0,4}|[A-Z]{4,14}\\d{0,4})(?![\\p{L}\\d@/_:=-]|[.'\u2019][\\p{L}\\d])");
    private static final Set<String> LOGINS = Set.of("agent", "user", "username", "userid", "login", "logon",
            "operator", "benutzer", "benutzername", "kennung", "benutzerkennung", "nutzer", "bediener", "anwender",
            "anmeldename", "nutzerkennung", "nutzername", "netid", "uid", "opid", "loginname", "k\u00FCrzel");
    /** Words for nothing but such names. */
    private static final Set<String> SURE = Set.of("username", "userid", "login", "logon", "benutzername", "kennung",
            "benutzerkennung", "benutzer", "anmeldename", "nutzerkennung", "nutzername", "netid", "uid", "opid",
            "loginname", "bediener", "anwender", "user");
    /** Before "by" and "as". */
    private static final Set<String> DEEDS = Set.of("created", "entered", "booked", "keyed", "updated", "modified",
            "verified", "logged", "signed", "printed", "scanned", "exported", "erfasst", "angelegt", "bearbeitet",
            "angemeldet", "gebucht", "gedruckt", "ge\u00E4ndert", "freigegeben", "amended", "approved", "authorised",
            "authorized", "cancelled", "closed", "deleted", "edited", "issued", "locked", "opened", "posted",
            "recorded", "released", "gel\u00F6scht", "gesperrt", "eingegeben", "storniert");
    private static final Set<String> BY = Set.of("by", "as", "von", "als", "durch");
    private static final Set<String> ROLES = Set.of("admin", "root", "guest", "system", "none", "unknown", "anonymous",
            "test", "gast", "default", "null", "true", "false", "administrator", "nobody", "superuser", "required",
            "info", "office", "praxis", "mail", "noreply", "service", "kontakt", "contact", "reception", "sekretariat",
            "support", "hello", "help", "enquiries", "empfang", "records", "booking", "admissions", "accounts");

    private final Runs runs;
    private final String text;
    private final Lexicon lexicon;
    private final List<Finding> found;
    private final Runs.Anchored login;
    private final Runs.Anchored plain;
    /** What names can be made into, in small letters without marks. */
    private final Set<String> made = new HashSet<>();
    private final Set<String> lasts = new HashSet<>();

    /** @param found with the names and mail addresses of the text */
    LoginFinder(Runs runs, Lexicon lexicon, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.lexicon = lexicon;
        this.found = found;
        this.login = runs.anchored(LOGIN);
        this.plain = runs.anchored(PLAIN);
    }

    void find() {
        collect();
        int done = 0;
        for (int run = 0; run < runs.count(); run++) {
            String word = runs.lower(run);
            if (LOGINS.contains(word)) {
                said(run, SURE.contains(word));
            } else if (BY.contains(word) && DEEDS.contains(runs.lower(run - 1))) {
                said(run, false);
            }
            boolean named = !made.isEmpty() || !lasts.isEmpty();
            if (named && runs.from(run) >= done && !Character.isDigit(text.charAt(runs.from(run)))) {
                done = token(run);
            }
        }
    }

    /** A name in small letters that is no word, behind a word for who is logged in. */
    private void said(int run, boolean sure) {
        if (login.at(runs.to(run), REACH)) {
            char before = runs.charAt(runs.from(run) - 1);
            boolean begins = before == '\n' || before == '|' || before == '\t' || before == '('
                    || before == ' ' && runs.charAt(runs.from(run) - 2) == ' ';
            String name = login.group(1);
            boolean mixed = Character.isDigit(name.charAt(name.length() - 1));
            if (sure || begins || mixed || isMarked(run, login.from(1))) {
                add(name, login.from(1), login.to(1));
            }
        } else if (sure && plain.at(runs.to(run), REACH)) {
            String name = plain.group(1);
            boolean small = Character.isLowerCase(name.charAt(0));
            if (small && runs.isCapitalised(run) || isMarked(run, plain.from(1))) {
                add(name, plain.from(1), plain.to(1));
            }
        }
    }

    private boolean isMarked(int run, int from) {
        return text.substring(runs.to(run), from).chars().anyMatch(c -> c == ':' || c == '=');
    }

    private void add(String name, int from, int to) {
        String lower = LetterCase.lower(name);
        if (!ROLES.contains(lower) && (lexicon.of(lower) & EVERYDAY) == 0 && !LOGINS.contains(lower)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, from, to, SAID));
        }
    }

    /** What the names and mail addresses of the text can be made into. */
    private void collect() {
        List<Finding> names = new ArrayList<>();
        for (Finding finding : found) {
            if (finding.kind() == IdentifierKind.NAME && finding.confidence() >= NAMED) {
                names.add(finding);
            } else if (finding.kind() == IdentifierKind.EMAIL) {
                box(finding);
            }
        }
        names.sort(Comparator.comparingInt(Finding::from));
        List<String> words = new ArrayList<>();
        int to = -1;
        for (Finding name : names.subList(0, Math.min(names.size(), NAMES_MAX))) {
            if (to < 0 || name.from() > to + 2) {
                make(words);
                words.clear();
            }
            for (int run = runs.runAt(name.from()); run < runs.count() && runs.to(run) <= name.to(); run++) {
                if (runs.isWord(run) && words.size() < WORDS_MAX) {
                    words.add(runs.lower(run));
                }
            }
            to = Math.max(to, name.to());
        }
        make(words);
    }

    private void box(Finding mail) {
        int at = text.indexOf('@', mail.from());
        String local = at < 0 || at > mail.to() ? "" : folded(text.substring(mail.from(), at), false);
        if (local.length() >= CHARS_MIN - 1 && !ROLES.contains(local)) {
            made.add(local);
        }
    }

    /** The usual ways from a name to a log-in name, with umlauts written out and without. */
    private void make(List<String> words) {
        List<String> folded = words.stream().map(word -> folded(word, false)).toList();
        List<String> written = words.stream().map(word -> folded(word, true)).toList();
        join(folded);
        if (!written.equals(folded)) {
            join(written);
        }
    }

    private void join(List<String> words) {
        for (int a = 0; a < words.size(); a++) {
            String first = words.get(a);
            if (first.length() >= LAST_CHARS_MIN) {
                lasts.add(first);
            }
            for (int b = 0; b < words.size(); b++) {
                if (a != b) {
                    pair(first, words.get(b));
                }
            }
            if (!first.isEmpty() && words.size() - a > 2) {
                pair(first, String.join("", words.subList(a + 1, words.size())));
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
        if (candidate.length() >= CHARS_MIN - 1) {
            made.add(candidate);
        }
    }

    /** Letters with digits behind, perhaps in parts. @return behind what was looked at */
    private int token(int run) {
        int last = run;
        while (last + 1 < runs.count() && last < run + 2 && (runs.isGap(last, '.') || runs.isGap(last, '_')
                || runs.isGap(last, '-')) && Character.isLowerCase(text.charAt(runs.from(last + 1)))) {
            last++;
        }
        int from = runs.from(run);
        int to = runs.to(last);
        char before = runs.charAt(from - 1);
        if (to - from < CHARS_MIN || to - from > CHARS_MAX || "@._-/".indexOf(before) >= 0 && before != '\n'
                || runs.charAt(to) == '@' || runs.charAt(to) == '\'' || runs.charAt(to) == '\u2019') {
            return from + 1;
        }
        boolean capitals = runs.isAllCapitals(run) || runs.isMixed(run) && Character.isUpperCase(text.charAt(from + 1));
        if (!capitals && !Character.isLowerCase(text.charAt(from))) {
            return from + 1;
        }
        int letters = to;
        while (letters > from && to - letters < DIGITS_MAX && Character.isDigit(text.charAt(letters - 1))) {
            letters--;
        }
        String name = text.substring(from, letters);
        if (isMade(folded(name, false), last > run, capitals) && (lexicon.of(name) & EVERYDAY) == 0
                && (letters < to || lexicon.of(name) == 0)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, from, to, MADE));
            return to;
        }
        return from + 1;
    }

    private boolean isMade(String name, boolean parted, boolean capitals) {
        return name.length() >= CHARS_MIN - 1 && (made.contains(name)
                || !parted && !capitals && lasts.contains(name.substring(1)) && !lasts.contains(name));
    }

    /** Small letters of ASCII; {@code umlauts}: ä as ae. */
    private static String folded(String word, boolean umlauts) {
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
        return Normalizer.normalize(written, Normalizer.Form.NFD).replaceAll("[^a-z]", "");
    }
}
