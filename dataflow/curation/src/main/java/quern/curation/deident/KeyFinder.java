package quern.curation.deident;

import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Values behind the keys of records: JSON (also FHIR), XML (also C-CDA and FHIR), YAML, logs of {@code key=value}. A
 * key is told by the marks around it, what it names by {@link KeyTable}.
 */
final class KeyFinder {

    private static final int KEY_CHARS_MAX = 40;
    private static final int VALUE_CHARS_MAX = 120;
    private static final int TAG_CHARS_MAX = 300;
    private static final int LISTED_MAX = 8;
    private static final int WORDS_MAX = 8;
    private static final int NEAR_CHARS = 240;
    /** As sure as a label with its colon. */
    static final double SURE = 0.96;
    /** Values that say that there is none. */
    private static final Set<String> NONE = Set.of("null", "none", "unknown", "true", "false", "test", "string",
            "undefined", "nil", "na", "n/a", "required", "text", "varchar", "optional", "root", "admin", "system",
            "nobody", "guest", "anonymous", "user", "name", "first", "last", "self", "this", "integer", "number",
            "value", "default", "empty", "example", "home", "work", "usual", "official", "office", "operator", "str",
            "int", "any", "object", "masked", "redacted");

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private int done;

    KeyFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            int to = runs.to(run);
            char next = runs.charAt(to);
            if (runs.charAt(runs.from(run) - 1) == '<') {
                tag(runs.from(run));
            } else if ((next == '"' || next == '\'') && colon(to + 1) > 0) {
                quoted(to, colon(to + 1));
            } else if (next == '\\' && runs.charAt(to + 1) == '"' && colon(to + 2) > 0) {
                quoted(to, colon(to + 2));
            } else if (next == '=' && runs.charAt(to + 1) != '=') {
                plain(to, to + 1);
            } else if (next == ':' && runs.charAt(to + 1) == ' ' && KeyTable.isJoined(key(to))) {
                plain(to, to + 2);
            }
        }
    }

    /** Behind the colon that follows a quoted key; 0 where none does. */
    private int colon(int from) {
        int at = from;
        while (at < from + 3 && Runs.isBlank(runs.charAt(at))) {
            at++;
        }
        return runs.charAt(at) == ':' && runs.charAt(at + 1) != ':' ? at + 1 : 0;
    }

    /** The key that ends at a place. */
    private String key(int to) {
        int from = to;
        while (from > 0 && to - from < KEY_CHARS_MAX && (Character.isLetterOrDigit(text.charAt(from - 1))
                || "_-.".indexOf(text.charAt(from - 1)) >= 0)) {
            from--;
        }
        return text.substring(from, to);
    }

    /** JSON: a string, a number, or a list of strings. */
    private void quoted(int keyTo, int from) {
        String key = key(keyTo);
        boolean value = key.equals("value");
        IdentifierKind kind = value ? valued(keyTo) : KeyTable.of(key);
        if (kind == null) {
            return;
        }
        int at = skip(from);
        boolean listed = runs.charAt(at) == '[';
        at = listed ? skip(at + 1) : at;
        for (int item = 0; item < LISTED_MAX; item++) {
            char open = runs.charAt(at) == '\\' ? runs.charAt(at + 1) : runs.charAt(at);
            int to;
            if (open == '"' || open == '\'') {
                at = runs.charAt(at) == '\\' ? at + 2 : at + 1;
                to = closed(at, open);
            } else {
                to = at;
                while (to - at < KEY_CHARS_MAX && Character.isLetterOrDigit(runs.charAt(to))) {
                    to++;
                }
            }
            take(kind, key, at, to, true);
            int comma = skip(to + (open == '"' || open == '\'' ? runs.charAt(to) == '\\' ? 2 : 1 : 0));
            if (!listed || runs.charAt(comma) != ',') {
                return;
            }
            at = skip(comma + 1);
        }
    }

    /** Of FHIR: the number of a person by its system, or a telephone. */
    private IdentifierKind valued(int to) {
        String before = text.substring(Math.max(0, to - NEAR_CHARS), to);
        int number = Math.max(before.lastIndexOf("\"identifier\""), before.lastIndexOf("<identifier"));
        int contact = Math.max(before.lastIndexOf("\"telecom\""), before.lastIndexOf("<telecom"));
        if (contact > number) {
            return before.endsWith("fax") || before.lastIndexOf("\"fax\"") > contact ? IdentifierKind.FAX
                    : IdentifierKind.PHONE;
        }
        if (number < 0) {
            return null;
        }
        String system = before.substring(number);
        return system.contains("ssn") || system.contains("\"SS\"") ? IdentifierKind.SSN
                : system.contains("npi") ? IdentifierKind.NATIONAL_ID : IdentifierKind.MRN;
    }

    /** XML: what stands between a tag and the next, or in its attribute for the value. */
    private void tag(int from) {
        int most = Math.min(text.length(), from + TAG_CHARS_MAX);
        int nameTo = from;
        while (nameTo < most && (Character.isLetterOrDigit(text.charAt(nameTo))
                || "_-.:".indexOf(text.charAt(nameTo)) >= 0)) {
            nameTo++;
        }
        int to = nameTo;
        while (to < most && text.charAt(to) != '>' && text.charAt(to) != '<') {
            to++;
        }
        if (runs.charAt(to) != '>') {
            return;
        }
        String name = text.substring(from, nameTo);
        name = name.substring(name.indexOf(':') + 1);
        String attributes = text.substring(nameTo, to);
        if (!attributes.isEmpty()) {
            attribute(name, attributes, nameTo);
        }
        IdentifierKind kind = attributes.endsWith("/") ? null : KeyTable.of(name);
        if (kind != null) {
            int end = to + 1;
            while (end - to < VALUE_CHARS_MAX && runs.charAt(end) != '<' && end < text.length()) {
                end++;
            }
            if (runs.charAt(end) == '<') {
                take(kind, name, to + 1, end, true);
            }
        }
    }

    private void attribute(String name, String attributes, int at) {
        int value = attributes.indexOf(" value=\"");
        int number = attributes.indexOf(" extension=\"");
        if (value >= 0) {
            IdentifierKind kind = name.equals("value") ? valued(at) : name.equals("low") || name.equals("high")
                    || name.equals("time") ? IdentifierKind.DATE : name.equals("telecom") ? IdentifierKind.PHONE
                    : KeyTable.of(name);
            int from = at + value + 8;
            int to = closed(from, '"');
            int colon = text.indexOf(':', from, to);
            take(kind, name, kind == IdentifierKind.PHONE && colon > 0 ? colon + 1 : from, to, true);
        }
        if (number >= 0 && name.equals("id")) {
            IdentifierKind kind = attributes.contains("2.16.840.1.113883.4.1\"") ? IdentifierKind.SSN
                    : attributes.contains("2.16.840.1.113883.4.6\"") ? IdentifierKind.NATIONAL_ID : IdentifierKind.MRN;
            int from = at + number + 12;
            take(kind, name, from, closed(from, '"'), true);
        }
    }

    /** {@code key=value} and {@code a_key: value}: to the next mark or the next key. */
    private void plain(int keyTo, int from) {
        String key = key(keyTo);
        IdentifierKind kind = KeyTable.of(key);
        if (kind == null || from - keyTo == 1 && Runs.isBlank(runs.charAt(from))) {
            return;
        }
        char open = runs.charAt(from);
        if (open == '"' || open == '\'') {
            take(kind, key, from + 1, closed(from + 1, open), true);
            return;
        }
        int to = from;
        int word = from;
        while (to < text.length() && to - from < VALUE_CHARS_MAX) {
            char c = text.charAt(to);
            if (c == '\n' || c == '\t' || c == '\r' || ",;&|<>\"".indexOf(c) >= 0 || c == ' ' && runs.charAt(to + 1)
                    == ' ') {
                break;
            }
            if (c == '=') {
                to = Math.max(from, word - 1);
                break;
            }
            word = c == ' ' ? to + 1 : word;
            to++;
        }
        take(kind, key, from, to, false);
    }

    private int skip(int from) {
        int at = from;
        while (at < from + NEAR_CHARS && at < text.length() && Runs.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int closed(int from, char quote) {
        int to = from;
        while (to < text.length() && to - from < VALUE_CHARS_MAX && text.charAt(to) != quote
                && text.charAt(to) != '\n') {
            to++;
        }
        return to > from && text.charAt(to - 1) == '\\' ? to - 1 : to;
    }

    /** @param marked whether quotes or tags say where the value ends */
    private void take(IdentifierKind kind, String key, int from, int to, boolean marked) {
        Parts one = new Parts(text, from, Math.max(from, Math.min(to, text.length())), '\n', Parts.NO_RELEASE);
        String value = one.of(0);
        if (kind == null || value.isEmpty() || NONE.contains(LetterCase.lower(value))
                || "${%(#".indexOf(value.charAt(0)) >= 0 && kind != IdentifierKind.PHONE) {
            return;
        }
        int digits = one.digits(0);
        int letters = one.letters(0);
        boolean fits = switch (kind) {
            case NAME -> digits == 0 && letters > 1 && isName(value, marked);
            case ADDRESS -> isPlace(value, key, digits, letters, marked);
            case DATE -> false;
            case PHONE, FAX -> digits > 5 && letters < 5 && value.length() < 30;
            case OTHER_ID -> isAccount(value, key, digits);
            default -> digits > 1 && digits + letters > 2 && letters <= 2 * digits + 4 && value.length() <= 40
                    && value.indexOf("://") < 0;
        };
        if (kind == IdentifierKind.DATE) {
            if (digits > 5 && letters < 10 && (Character.isDigit(value.charAt(0)))) {
                new Placed(text, found).date(one, 0);
            }
        } else if (fits) {
            found.add(new Finding(kind, one.from(0), one.to(0), SURE));
            done = one.to(0);
        }
    }

    /** Words of letters; without quotes around them with capitals, and no expression of a program. */
    private static boolean isName(String value, boolean marked) {
        int words = 1;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!Character.isLetter(c) && " .'\u2019-,".indexOf(c) < 0 || c == '.' && i + 1 < value.length()
                    && Character.isLetter(value.charAt(i + 1)) && i > 1) {
                return false;
            }
            words += c == ' ' ? 1 : 0;
        }
        return words <= WORDS_MAX && (marked || Character.isUpperCase(value.charAt(0)));
    }

    private static boolean isPlace(String value, String key, int digits, int letters, boolean marked) {
        boolean line = key.equals("line") && (digits == 0 || letters == 0);
        boolean web = value.indexOf('@') >= 0 || value.indexOf("://") >= 0 || value.startsWith("0x");
        boolean zip = digits > 3 && letters <= 4;
        boolean word = letters > 2 && (marked || Character.isUpperCase(value.charAt(0)) || digits > 0)
                && value.indexOf('(') < 0 && value.indexOf('_') < 0;
        return !line && !web && (word || zip && value.length() <= 10);
    }

    /** A number with digits, or the name of an account without spaces. */
    private static boolean isAccount(String value, String key, int digits) {
        boolean login = key.endsWith("user") || key.endsWith("login") || key.endsWith("netid")
                || LetterCase.lower(key).endsWith("name") || KeyTable.isBy(key);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!Character.isLetterOrDigit(c) && "._-/#".indexOf(c) < 0) {
                return false;
            }
        }
        return value.length() <= 40 && (digits > 2 || login && value.length() > 2
                && Character.isLetter(value.charAt(0)));
    }
}
