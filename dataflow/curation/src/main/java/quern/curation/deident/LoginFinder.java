package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Names to log in with behind a word for who is logged in or did something. */
final class LoginFinder {

    private static final int REACH = 64;
    private static final double SAID = 0.75;
    private static final int SURNAME_CHARS_MIN = 4;
    private static final int EVERYDAY = Lexicon.ENGLISH | Lexicon.GERMAN | Lexicon.FRENCH;
    private static final String END = "(?=,(?! )|\\n|\\r|\\t|\\s?[|;)\\]]| {2}|$)";
    /** Behind a mark, or between wide spaces: a name in small letters. */
    private static final Pattern LOGIN = Pattern.compile("(?:\\s?(?:name|id|kennung))?(?:\\s?[:=]\\s{0,3}|\\s"
            + "|,(?=[a-z]{3,14}\\d{0,4}[,\\n]))"
            + "([a-z]{2,14}\\d{1,4}(?![\\p{L}\\d@/._-]|\\.\\d)|[a-z]{3,14}" + END + ")");
    /** The same behind a word for nothing else: capitals, and what a sentence goes on behind, too. */
    private static final Pattern PLAIN = Pattern.compile("(?:\\s?(?:name|id|kennung))?\\s?(?:[:=]\\s{0,3}|[\"'(]?)"
            + "([a-z]{4,14}\\d{0,4}|[A-Z]{4,14}\\d{0,4})(?![\\p{L}\\d@/_:=-]|[.'\u2019][\\p{L}\\d])");
    static final Set<String> LOGINS = Set.of("agent", "user", "username", "userid", "login", "logon",
            "operator", "benutzer", "benutzername", "kennung", "benutzerkennung", "nutzer", "bediener", "anwender",
            "anmeldename", "nutzerkennung", "nutzername", "netid", "uid", "opid", "loginname", "k\u00FCrzel",
            "nutzerk", "note");
    /** Words for nothing but such names. */
    private static final Set<String> SURE = Set.of("username", "userid", "login", "logon", "benutzername", "kennung",
            "benutzerkennung", "benutzer", "anmeldename", "nutzerkennung", "nutzername", "netid", "uid", "opid",
            "loginname", "bediener", "anwender", "nutzerk", "user");
    /** Before "by" and "as". */
    private static final Set<String> DEEDS = Set.of("created", "entered", "booked", "keyed", "updated", "modified",
            "verified", "logged", "signed", "printed", "scanned", "exported", "erfasst", "angelegt", "bearbeitet",
            "angemeldet", "gebucht", "gedruckt", "ge\u00E4ndert", "freigegeben", "amended", "approved", "authorised",
            "authorized", "cancelled", "closed", "deleted", "edited", "issued", "locked", "opened", "posted",
            "recorded", "released", "gel\u00F6scht", "gesperrt", "eingegeben", "storniert");
    static final Set<String> BY = Set.of("by", "as", "von", "als", "durch");
    /** Boxes and accounts of nobody. */
    static final Set<String> ROLES = Set.of("admin", "root", "guest", "system", "none", "unknown", "anonymous",
            "test", "gast", "default", "null", "true", "false", "administrator", "nobody", "superuser", "required",
            "info", "office", "praxis", "mail", "noreply", "service", "kontakt", "contact", "reception", "sekretariat",
            "support", "hello", "help", "enquiries", "empfang", "records", "booking", "admissions", "accounts");

    private final Runs runs;
    private final String text;
    private final Lexicon lexicon;
    private final List<Finding> found;
    private final Runs.Anchored login;
    private final Runs.Anchored plain;

    LoginFinder(Runs runs, Lexicon lexicon, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.lexicon = lexicon;
        this.found = found;
        this.login = runs.anchored(LOGIN);
        this.plain = runs.anchored(PLAIN);
    }

    /** @param by whether the word is one that what was done stands before */
    void find(int run, boolean by) {
        if (!by || DEEDS.contains(runs.lower(run - 1))) {
            said(run, SURE.contains(runs.lower(run)));
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
        } else if (!sure && plain.at(runs.to(run), REACH)) {
            String name = plain.group(1);
            boolean capitals = name.equals(LetterCase.upper(name));
            if ((capitals || text.charAt(plain.from(1) - 1) == '(') && isOfSurname(name)) {
                add(name, plain.from(1), plain.to(1));
            }
        } else if (sure && plain.at(runs.to(run), REACH)) {
            String name = plain.group(1);
            boolean small = Character.isLowerCase(name.charAt(0));
            if (small && (runs.isCapitalised(run) || isOfSurname(name)) || isMarked(run, plain.from(1))) {
                add(name, plain.from(1), plain.to(1));
            }
        }
    }

    /** {@code kmurphy}: a letter and a surname. */
    private boolean isOfSurname(String name) {
        return name.length() > SURNAME_CHARS_MIN && (lexicon.of(name.substring(1)) & Lexicon.LAST) != 0;
    }

    private boolean isMarked(int run, int from) {
        return text.substring(runs.to(run), from).chars().anyMatch(c -> c == ':' || c == '=');
    }

    private void add(String name, int from, int to) {
        String lower = LetterCase.lower(name);
        boolean first = text.charAt(from - 1) == ',' && (lexicon.of(lower) & Lexicon.FIRST) != 0;
        boolean word = (lexicon.of(lower) & EVERYDAY) != 0 && !first;
        if (!ROLES.contains(lower) && !word && !LOGINS.contains(lower)) {
            found.add(new Finding(IdentifierKind.OTHER_ID, from, to, SAID));
        }
    }
}
