package quern.curation.secret;

import java.util.ArrayList;
import java.util.List;
import quern.curation.secret.Letters.Alphabet;

/**
 * Tokens that their own form gives away, as the services document it: a fixed beginning, then so many characters of an
 * alphabet.
 */
final class TokenForms {

    /**
     * @param min characters behind the prefix
     * @param max the same; one more of the alphabet makes it something else
     */
    record Form(SecretKind kind, String prefix, Alphabet alphabet, int min, int max) {}

    private static final int LONG = 400;

    private static final List<Form> ALL = List.of(
            new Form(SecretKind.AWS, "AKIA", Alphabet.UPPER_BASE32, 16, 16),
            new Form(SecretKind.AWS, "ASIA", Alphabet.UPPER_BASE32, 16, 16),
            new Form(SecretKind.AWS, "ABIA", Alphabet.UPPER_BASE32, 16, 16),
            new Form(SecretKind.AWS, "ACCA", Alphabet.UPPER_BASE32, 16, 16),
            new Form(SecretKind.GOOGLE, "AIza", Alphabet.URL, 35, 35),
            new Form(SecretKind.GOOGLE, "GOCSPX-", Alphabet.URL, 28, 28),
            new Form(SecretKind.GOOGLE, "ya29.", Alphabet.URL, 30, LONG),
            new Form(SecretKind.GITHUB, "ghp_", Alphabet.ALNUM, 36, 36),
            new Form(SecretKind.GITHUB, "gho_", Alphabet.ALNUM, 36, 36),
            new Form(SecretKind.GITHUB, "ghu_", Alphabet.ALNUM, 36, 36),
            new Form(SecretKind.GITHUB, "ghs_", Alphabet.ALNUM, 36, 36),
            new Form(SecretKind.GITHUB, "ghr_", Alphabet.ALNUM, 36, 76),
            new Form(SecretKind.GITHUB, "github_pat_", Alphabet.WORD, 60, 90),
            new Form(SecretKind.GITLAB, "glpat-", Alphabet.DOTTED, 20, 100),
            new Form(SecretKind.GITLAB, "gldt-", Alphabet.URL, 20, 64),
            new Form(SecretKind.GITLAB, "glrt-", Alphabet.URL, 20, 64),
            new Form(SecretKind.GITLAB, "glptt-", Alphabet.HEX, 40, 40),
            new Form(SecretKind.GITLAB, "glcbt-", Alphabet.URL, 20, 64),
            new Form(SecretKind.SLACK, "xoxb-", Alphabet.URL, 20, 120),
            new Form(SecretKind.SLACK, "xoxa-", Alphabet.URL, 20, 120),
            new Form(SecretKind.SLACK, "xoxp-", Alphabet.URL, 20, 120),
            new Form(SecretKind.SLACK, "xoxr-", Alphabet.URL, 20, 120),
            new Form(SecretKind.SLACK, "xoxs-", Alphabet.URL, 20, 120),
            new Form(SecretKind.SLACK, "xapp-", Alphabet.URL, 20, 160),
            new Form(SecretKind.SLACK, "hooks.slack.com/services/T", Alphabet.BASE64, 30, 80),
            new Form(SecretKind.STRIPE, "sk_live_", Alphabet.ALNUM, 16, 128),
            new Form(SecretKind.STRIPE, "sk_test_", Alphabet.ALNUM, 16, 128),
            new Form(SecretKind.STRIPE, "rk_live_", Alphabet.ALNUM, 16, 128),
            new Form(SecretKind.STRIPE, "rk_test_", Alphabet.ALNUM, 16, 128),
            new Form(SecretKind.STRIPE, "whsec_", Alphabet.BASE64, 32, 64),
            new Form(SecretKind.MODEL_API, "sk-ant-", Alphabet.URL, 32, 200),
            new Form(SecretKind.MODEL_API, "sk-proj-", Alphabet.URL, 32, 250),
            new Form(SecretKind.MODEL_API, "sk-svcacct-", Alphabet.URL, 32, 250),
            new Form(SecretKind.MODEL_API, "sk-or-v1-", Alphabet.HEX, 64, 64),
            new Form(SecretKind.MODEL_API, "sk-", Alphabet.ALNUM, 32, 64),
            new Form(SecretKind.MODEL_API, "hf_", Alphabet.ALNUM, 34, 40),
            new Form(SecretKind.MODEL_API, "gsk_", Alphabet.ALNUM, 48, 64),
            new Form(SecretKind.MODEL_API, "r8_", Alphabet.ALNUM, 37, 37),
            new Form(SecretKind.TOKEN, "npm_", Alphabet.ALNUM, 36, 36),
            new Form(SecretKind.TOKEN, "pypi-AgE", Alphabet.URL, 50, LONG),
            new Form(SecretKind.TOKEN, "dop_v1_", Alphabet.HEX, 64, 64),
            new Form(SecretKind.TOKEN, "shpat_", Alphabet.HEX, 32, 32),
            new Form(SecretKind.TOKEN, "shpss_", Alphabet.HEX, 32, 32),
            new Form(SecretKind.TOKEN, "SG.", Alphabet.DOTTED, 60, 70),
            new Form(SecretKind.TOKEN, "hvs.", Alphabet.URL, 24, 200),
            new Form(SecretKind.PRIVATE_KEY, "AGE-SECRET-KEY-1", Alphabet.ALNUM, 58, 58));

    /** By first character. */
    private static final List<List<Form>> BY_FIRST = byFirst();

    private TokenForms() {}

    private static List<List<Form>> byFirst() {
        List<List<Form>> forms = new ArrayList<>();
        for (int c = 0; c < 128; c++) {
            char first = (char) c;
            forms.add(ALL.stream().filter(form -> form.prefix().charAt(0) == first).toList());
        }
        return forms;
    }

    /** The token that begins here; null where none does. */
    static Secret at(String text, int at) {
        char first = text.charAt(at);
        if (first >= 128 || BY_FIRST.get(first).isEmpty()) {
            return null;
        }
        for (Form form : BY_FIRST.get(first)) {
            int from = at + form.prefix().length();
            if (text.startsWith(form.prefix(), at)) {
                int to = Letters.end(text, from, form.alphabet(), form.max() + 1);
                while (to > from && !Letters.isAlnum(text.charAt(to - 1)) && text.charAt(to - 1) != '=') {
                    to--;
                }
                if (to - from >= form.min() && to - from <= form.max() && isRandom(text, form, from, to)) {
                    return new Secret(form.kind(), at, to);
                }
            }
        }
        return null;
    }

    /** Not a row of one letter, not words joined by dashes, not what a manual shows as an example. */
    private static boolean isRandom(String text, Form form, int from, int to) {
        if (Letters.distinct(text, from, to) < 8 || text.regionMatches(true, to - 7, "EXAMPLE", 0, 7)) {
            return false;
        }
        boolean letters = form.alphabet() == Alphabet.UPPER_BASE32;
        return letters || (Letters.classes(text, from, to) & 1) != 0 || form.prefix().equals("hf_");
    }
}
