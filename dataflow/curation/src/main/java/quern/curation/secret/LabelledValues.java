package quern.curation.secret;

import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Values behind a label: {@code password=}, {@code "api_key": "..."}, {@code Authorization: Bearer ...}. A value that
 * is an example, a variable, a call, a type or a word of prose is none.
 */
final class LabelledValues {

    private static final int LABEL_CHARS_MAX = 48;
    private static final int VALUE_CHARS_MAX = 256;
    private static final int PASSWORD_CHARS_MIN = 6;
    private static final int RANDOM_CHARS_MIN = 16;
    private static final int HEX_CHARS_MIN = 32;
    private static final double HEX_ENTROPY_MIN = 3.0;
    private static final double ENTROPY_MIN = 3.5;
    private static final int BARE_CHARS_MIN = 20;
    private static final int BARE_DIGITS_MIN = 3;

    /** Ends of labels, small letters only. */
    private static final Set<String> PASSWORDS = Set.of("password", "passwd", "passphrase", "passwort", "kennwort",
            "motdepasse", "pwd", "passcode");
    private static final Set<String> KEYS = Set.of("apikey", "apitoken", "apisecret", "secret", "secretkey",
            "accesskey", "accesstoken", "authtoken", "authkey", "clientsecret", "privatekey", "encryptionkey",
            "signingkey", "refreshtoken", "accountkey", "sharedaccesskey", "consumersecret", "masterkey",
            "deploytoken", "bottoken", "secretaccesskey", "sessiontoken", "sastoken", "credential",
            "accesskeyid", "bearertoken");
    private static final String AUTHORIZATION = "authorization";
    /** A label that much else has too: only what looks random, is long and no hash or UUID. */
    private static final Set<String> BARE = Set.of("token", "key", "auth", "pass");
    private static final Set<String> NOT_SECRET = Set.of("publickey", "primarykey", "foreignkey", "cachekey",
            "sortkey", "partitionkey", "objectkey", "filekey", "csrftoken", "pagetoken", "nexttoken",
            "continuationtoken", "synctoken", "pathkey", "resourcekey");

    /** What stands where a secret would, in manuals, schemas and code. */
    private static final Set<String> EXAMPLES = Set.of("password", "passwd", "secret", "string", "text", "null",
            "none", "true", "false", "undefined", "required", "optional", "hidden", "changeme", "change-me",
            "change_me", "example", "redacted", "masked", "default", "value", "empty", "foobar", "username",
            "credentials", "admin", "guest", "nil", "void", "varchar", "token", "apikey", "api_key",
            "mypassword", "my_password", "yourpassword", "passphrase", "pass", "user", "input", "prompt", "bearer");

    private final String text;
    private final List<Secret> found;

    LabelledValues(String text, List<Secret> found) {
        this.text = text;
        this.found = found;
    }

    void find() {
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c == ':' || c == '=') {
                separator(i, c);
            }
        }
    }

    private void separator(int at, char c) {
        char before = text.charAt(at - 1);
        char after = text.charAt(at + 1);
        boolean compares = c == '=' && (after == '=' || "=!<>+*/%&|^~".indexOf(before) >= 0);
        if (compares || c == ':' && (before == ':' || after == ':' || after == '/')) {
            return;
        }
        int from = at + 1;
        if (after == '=' || c == '=' && after == '>') {
            from++;
        }
        int label = labelEnd(at);
        String name = label < 0 ? "" : label(label);
        if (ends(name, PASSWORDS)) {
            value(SecretKind.PASSWORD, name, at, from);
        } else if (name.endsWith(AUTHORIZATION) || ends(name, KEYS) || ends(name, BARE) && !ends(name, NOT_SECRET)) {
            value(SecretKind.LABELLED, name, at, from);
        }
    }

    /** Behind the label before a separator: quotes and a few spaces are in between; -1 where there is none. */
    private int labelEnd(int separator) {
        int to = separator;
        while (to > 0 && separator - to < 4 && " \"'`\\]".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return to > 0 && Letters.isAlnum(text.charAt(to - 1)) ? to : -1;
    }

    /** Its letters and digits, small; words before it with one space between belong to it. */
    private String label(int to) {
        StringBuilder reversed = new StringBuilder();
        int first = Math.max(0, to - LABEL_CHARS_MAX);
        for (int i = to - 1; i >= first; i--) {
            char c = text.charAt(i);
            if (Letters.isAlnum(c)) {
                reversed.append(Character.toLowerCase(c));
            } else if (c == ':') {
                // The name of a type: "AWS::ApiGateway::ApiKey".
                return "";
            } else if (c != '_' && c != '-' && c != '.' && c != ' ') {
                break;
            }
        }
        return reversed.reverse().toString();
    }

    private static boolean ends(String name, Set<String> labels) {
        // The longest label has 15 letters.
        for (int from = Math.max(0, name.length() - 15); from < name.length(); from++) {
            if (labels.contains(name.substring(from))) {
                return true;
            }
        }
        return false;
    }

    private void value(SecretKind kind, String name, int separator, int afterSeparator) {
        int from = skip(afterSeparator);
        int unquoted = from < text.length() && "\"'`".indexOf(text.charAt(from)) >= 0 ? from + 1 : from;
        boolean schemed = false;
        for (String scheme : List.of("Bearer ", "Basic ", "Token ")) {
            if (text.regionMatches(true, unquoted, scheme, 0, scheme.length())) {
                from = skip(unquoted + scheme.length());
                schemed = true;
            }
        }
        if (from >= text.length() || !schemed && name.endsWith(AUTHORIZATION)) {
            return;
        }
        if (text.charAt(from) == '\\' && from + 1 < text.length()) {
            from++;
        }
        char quote = text.charAt(from);
        boolean quoted = quote == '"' || quote == '\'' || quote == '`';
        from += quoted ? 1 : 0;
        int to = valueTo(from, quoted ? quote : 0);
        if (to < 0 || to <= from) {
            return;
        }
        String value = text.substring(from, to);
        boolean call = !quoted && to < text.length() && "([{".indexOf(text.charAt(to)) >= 0;
        boolean spaced = text.charAt(separator - 1) == ' '
                || afterSeparator < from && text.charAt(afterSeparator) == ' ';
        boolean isSecret = !call && !isExample(value) && (kind == SecretKind.PASSWORD
                ? isPassword(value, quoted, spaced, separator, to) : isKey(value, schemed || ends(name, KEYS)));
        if (isSecret) {
            found.add(new Secret(kind, from, to));
        }
    }

    private int skip(int from) {
        int to = from;
        while (to < text.length() && to - from < 4 && text.charAt(to) == ' ') {
            to++;
        }
        return to;
    }

    /** @return -1 where a quoted value does not end on its line, within what is looked at */
    private int valueTo(int from, int quote) {
        int last = Math.min(text.length(), from + VALUE_CHARS_MAX);
        int to = from;
        while (to < last) {
            char c = text.charAt(to);
            if (quote != 0 ? c == quote || c == '\\' && to + 1 < last && text.charAt(to + 1) == quote
                    : c <= ' ' || c >= 127 || ",;&<>\"'`()[]{}|".indexOf(c) >= 0) {
                break;
            }
            if (quote != 0 && c == '\n') {
                return -1;
            }
            to++;
        }
        if (quote != 0) {
            return to < last ? to : -1;
        }
        while (to > from && ".,:\\".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return to == from + VALUE_CHARS_MAX ? -1 : to;
    }

    /** Whether it stands for a secret instead of being one. */
    static boolean isExample(String value) {
        String lower = LetterCase.lower(value);
        boolean variable = "$<{%*.[#".indexOf(lower.charAt(0)) >= 0 || lower.contains("${") || lower.contains("{{")
                || lower.contains("...") || lower.contains("://");
        return variable || EXAMPLES.contains(lower) || lower.startsWith("your") || lower.startsWith("xxx")
                || lower.contains("example") || lower.contains("placehold")
                || Letters.distinct(ascii(lower), 0, lower.length()) < 3;
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            ascii.setCharAt(i, (char) (text.charAt(i) & 127));
        }
        return ascii.toString();
    }

    private boolean isPassword(String value, boolean quoted, boolean spaced, int separator, int to) {
        if (value.length() < PASSWORD_CHARS_MIN || value.indexOf(' ') >= 0) {
            return false;
        }
        int classes = Letters.classes(value, 0, value.length());
        if (quoted) {
            return (classes & 1) != 0 || !isCode(value) && !isAboutSecrets(value);
        }
        if (isName(value)) {
            // A name with a digit is a password where settings are written, and another variable in a program.
            boolean settings = !spaced || text.charAt(separator) == ':';
            boolean alone = to == text.length() || text.charAt(to) <= ' ' || text.charAt(to) == ';'
                    || text.charAt(to) == '&';
            return (classes & 1) != 0 && settings && alone && !isAboutSecrets(value)
                    || inConnection(separator, to);
        }
        if (value.indexOf('/') >= 0 && isAboutSecrets(value)) {
            // Where a secret is kept.
            return false;
        }
        return !isCode(value) && (classes & 1) != 0 && (classes & 6) != 0
                || !isCode(value) && (classes & 8) != 0 && (classes & 6) != 0 && !isWords(value);
    }

    /** {@code Server=db;User Id=sa;Password=swordfish;} */
    private boolean inConnection(int separator, int to) {
        boolean ends = to < text.length() && text.charAt(to) == ';';
        int from = Math.max(0, separator - LABEL_CHARS_MAX);
        String before = text.substring(from, separator);
        int pair = before.lastIndexOf(';');
        return ends && text.charAt(separator) == '=' && pair > 0 && before.indexOf('=') >= 0
                && before.indexOf('=') < pair && before.indexOf('\n') < 0;
    }

    private static boolean isName(String value) {
        char first = value.charAt(0);
        return !Letters.isDigit(first) && Letters.end(value, 0, Letters.Alphabet.WORD, value.length())
                == value.length();
    }

    /** {@code self.password}, {@code config->password}, {@code args.pw1}. */
    private static boolean isCode(String value) {
        return value.contains("->") || value.contains("()") || isName(value.replace('.', '_').replace("?", ""))
                && value.indexOf('.') > 0;
    }

    /** Words with dashes or slashes between, as in {@code password: self-service}. */
    private static boolean isWords(String value) {
        return value.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || "-/'.!?:_".indexOf(c) >= 0);
    }

    private static boolean isAboutSecrets(String value) {
        String lower = LetterCase.lower(value);
        return lower.contains("pass") || lower.contains("pwd") || lower.contains("secret") || lower.contains("hash")
                || lower.contains("key") || lower.contains("token");
    }

    /** @param labelled whether the label leaves no doubt that a secret follows */
    private static boolean isKey(String value, boolean labelled) {
        int length = value.length();
        if (length < RANDOM_CHARS_MIN || value.indexOf(' ') >= 0 || value.chars().anyMatch(c -> c >= 127)) {
            return false;
        }
        int classes = Letters.classes(value, 0, length);
        boolean mixed = (classes & 1) != 0 && (classes & 6) != 0;
        boolean hex = Letters.end(LetterCase.lower(value), 0, Letters.Alphabet.HEX, length) == length;
        boolean uuid = Letters.isUuid(value, 0, length);
        boolean random = Letters.end(value, 0, Letters.Alphabet.AZURE, length) == length
                || Letters.end(value, 0, Letters.Alphabet.BASE64, length) == length;
        double entropy = Letters.entropy(value, 0, length);
        if (!mixed || !random || isCode(value) || entropy < (hex || uuid ? HEX_ENTROPY_MIN : ENTROPY_MIN)) {
            return false;
        }
        if (hex && length < HEX_CHARS_MIN) {
            return false;
        }
        if (isName(value) && isAboutSecrets(value)) {
            // The name of a variable or a type.
            return false;
        }
        long digits = value.chars().filter(c -> Letters.isDigit((char) c)).count();
        return labelled || digits >= BARE_DIGITS_MIN && value.indexOf('.') < 0 && !hex && !uuid
                && length >= BARE_CHARS_MIN && Integer.bitCount(classes & 7) == 3;
    }
}
