package quern.curation.secret;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds what gives access to something: private keys, tokens by the form their service gives them, JSON web tokens,
 * passwords in addresses, and values behind a label such as {@code password=} or {@code api_key:}. What is merely
 * random, such as a hash, a UUID or a picture in base64, is none. Every rule looks at a bounded stretch from where it
 * begins, so that the time for a text grows with its length alone. Stateless.
 *
 * <p>The forms are those that the services document and that gitleaks and detect-secrets look for.
 */
public final class SecretFinder {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int HEAD_CHARS_MAX = 64;
    private static final int KEY_CHARS_MAX = 1 << 15;
    private static final int KEY_LINE_CHARS_MIN = 32;
    private static final int SCHEME_CHARS_MAX = 20;
    private static final int USER_CHARS_MAX = 256;
    private static final int JWT_PART_CHARS_MAX = 4096;
    private static final int JWT_PART_CHARS_MIN = 16;

    private final String text;
    private final List<Secret> found = new ArrayList<>();

    private SecretFinder(String text) {
        this.text = text;
    }

    /** What is found, in order, without overlap. */
    public static List<Secret> find(String text) {
        SecretFinder finder = new SecretFinder(text);
        finder.findPrivateKeys();
        finder.findTokens();
        finder.findInAddresses();
        new LabelledValues(text, finder.found).find();
        return settle(finder.found);
    }

    /** Of overlapping ones the first rule's stays. */
    private static List<Secret> settle(List<Secret> all) {
        List<Secret> kept = new ArrayList<>();
        List<Secret> sorted = new ArrayList<>(all);
        // Stable: rules that know more about what they find come first.
        sorted.sort(Comparator.comparingInt(Secret::from));
        for (Secret next : sorted) {
            Secret last = kept.isEmpty() ? null : kept.getLast();
            if (last == null || last.to() <= next.from()) {
                kept.add(next);
            } else if (next.to() > last.to()) {
                Secret surer = last.kind().compareTo(next.kind()) <= 0 ? last : next;
                kept.set(kept.size() - 1, new Secret(surer.kind(), last.from(), next.to()));
            } else if (next.kind().compareTo(last.kind()) < 0) {
                kept.set(kept.size() - 1, new Secret(next.kind(), last.from(), last.to()));
            }
        }
        return kept;
    }

    private void findPrivateKeys() {
        int next;
        int end = -1;
        for (int at = text.indexOf(BEGIN); at >= 0; at = next) {
            next = text.indexOf(BEGIN, at + 1);
            int head = at + BEGIN.length();
            int headTo = text.indexOf(DASHES, head, Math.min(text.length(), head + HEAD_CHARS_MAX));
            if (headTo < 0 || !text.substring(head, headTo).contains("PRIVATE KEY")) {
                continue;
            }
            int body = headTo + DASHES.length();
            // No further than where the next one begins, so that each character is looked at once.
            int last = Math.min(next < 0 ? text.length() : next, body + KEY_CHARS_MAX);
            if (end < body) {
                end = text.indexOf(END, body);
                end = end < 0 ? text.length() : end;
            }
            int to = keyTo(body, Math.min(end, last));
            if (to > body) {
                boolean ended = to == end && text.startsWith(END, end);
                found.add(new Secret(SecretKind.PRIVATE_KEY, at, ended ? tail(end) : to));
            }
        }
    }

    /** Where a key's lines end; {@code from} where there are none: words about keys are no key. */
    private int keyTo(int from, int last) {
        int to = from;
        int run = 0;
        for (int i = from; i < last; i++) {
            char c = text.charAt(i);
            run = Letters.Alphabet.BASE64.has(c) ? run + 1 : 0;
            if (run >= KEY_LINE_CHARS_MIN) {
                to = i + 1;
            } else if (run == 0 && i - Math.max(to, from) > HEAD_CHARS_MAX * 8) {
                return to;
            }
        }
        return to > from && last < text.length() && text.startsWith(END, last) ? last : to;
    }

    /** Behind the line that ends a key. */
    private int tail(int end) {
        int from = end + END.length();
        int to = text.indexOf(DASHES, from, Math.min(text.length(), from + HEAD_CHARS_MAX));
        return to < 0 ? from : to + DASHES.length();
    }

    private void findTokens() {
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!inside) {
                Secret secret = c == 'e' ? jwt(i) : TokenForms.at(text, i);
                secret = secret == null && c != 'e' && Letters.isAlnum(c) ? azure(i) : secret;
                if (secret != null) {
                    found.add(secret);
                    i = secret.to() - 1;
                }
            }
            inside = Letters.isAlnum(text.charAt(i)) || text.charAt(i) == '_';
        }
    }

    /** Three characters, a digit, {@code Q~} and 31 to 34 more. */
    private Secret azure(int at) {
        if (at + 6 >= text.length() || text.charAt(at + 4) != 'Q' || text.charAt(at + 5) != '~'
                || !Letters.isDigit(text.charAt(at + 3))) {
            return null;
        }
        int to = Letters.end(text, at + 6, Letters.Alphabet.AZURE, 35);
        boolean fits = to - at - 6 >= 31 && to - at - 6 <= 34 && Letters.distinct(text, at, to) >= 12;
        return fits ? new Secret(SecretKind.AZURE, at, to) : null;
    }

    /** Two or three parts in base64url, the first two of which are JSON objects. */
    private Secret jwt(int at) {
        if (!text.startsWith("eyJ", at)) {
            return null;
        }
        int head = Letters.end(text, at, Letters.Alphabet.URL, JWT_PART_CHARS_MAX);
        if (head - at < JWT_PART_CHARS_MIN || !text.startsWith(".eyJ", head)) {
            return null;
        }
        int payload = Letters.end(text, head + 1, Letters.Alphabet.URL, JWT_PART_CHARS_MAX);
        if (payload - head < JWT_PART_CHARS_MIN) {
            return null;
        }
        boolean signed = payload < text.length() && text.charAt(payload) == '.';
        int to = signed ? Letters.end(text, payload + 1, Letters.Alphabet.URL, JWT_PART_CHARS_MAX) : payload;
        return new Secret(SecretKind.JWT, at, to);
    }

    /** Passwords between {@code ://user:} and {@code @host}. */
    private void findInAddresses() {
        for (int at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
            int scheme = at;
            while (scheme > 0 && at - scheme < SCHEME_CHARS_MAX && Letters.isAlnum(text.charAt(scheme - 1))) {
                scheme--;
            }
            int from = at + 3;
            int colon = -1;
            int to = -1;
            int last = Math.min(text.length(), from + USER_CHARS_MAX);
            for (int i = from; scheme < at && i < last && to < 0; i++) {
                char c = text.charAt(i);
                if (c == ':' && colon < 0) {
                    colon = i;
                } else if (c == '@') {
                    to = i;
                } else if (c <= ' ' || c >= 127 || "/\"'<>`\\,;()".indexOf(c) >= 0) {
                    break;
                }
            }
            if (colon > 0 && to > colon + 1 && !LabelledValues.isExample(text.substring(colon + 1, to))) {
                found.add(new Secret(SecretKind.CONNECTION, colon + 1, to));
            }
        }
    }
}
