package quern.inference.tokenizer;

import java.text.Normalizer;
import java.util.List;
import quern.config.QuernException;
import quern.inference.tokenizer.pattern.TextPattern;

/**
 * One step of what a tokenizer does to a text before cutting it: the normalizers of {@code tokenizer.json}, meaning the
 * same.
 */
public sealed interface TextRule {

    /** The changed text; an empty one stays empty. */
    String apply(String text);

    /** No script needs more; rules that feed each other double a text each. */
    int GROWTH_MAX = 64;
    int GROWTH_CHARS_MAX = 1 << 16;

    /** A Unicode normalization form. */
    record Form(Normalizer.Form form) implements TextRule {

        @Override
        public String apply(String text) {
            return Normalizer.normalize(text, form);
        }
    }

    /** Each code point by itself in lower case, without rules that look at its neighbours. */
    record Lowercase() implements TextRule {

        private static final int CAPITAL_I_WITH_DOT = 0x130;

        @Override
        public String apply(String text) {
            StringBuilder lower = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                if (c == CAPITAL_I_WITH_DOT) {
                    lower.append("i\u0307");
                } else {
                    lower.appendCodePoint(Character.toLowerCase(c));
                }
            });
            return lower.toString();
        }
    }

    /** White space at the ends removed. */
    record Strip(boolean left, boolean right) implements TextRule {

        @Override
        public String apply(String text) {
            int from = 0;
            int to = text.length();
            while (left && from < to && CodePoints.isSpace(text.charAt(from))) {
                from++;
            }
            while (right && to > from && CodePoints.isSpace(text.charAt(to - 1))) {
                to--;
            }
            return text.substring(from, to);
        }
    }

    /** Marks of all kinds removed. */
    record StripAccents() implements TextRule {

        @Override
        public String apply(String text) {
            StringBuilder rest = new StringBuilder(text.length());
            text.codePoints().filter(c -> !CodePoints.isMark(c)).forEach(rest::appendCodePoint);
            return rest.toString();
        }
    }

    record Prepend(String front) implements TextRule {

        @Override
        public String apply(String text) {
            return text.isEmpty() ? text : front + text;
        }
    }

    record Replace(String found, String replacement) implements TextRule {

        @Override
        public String apply(String text) {
            return found.isEmpty() ? text : text.replace(found, replacement);
        }
    }

    record ReplacePattern(TextPattern found, String replacement) implements TextRule {

        @Override
        public String apply(String text) {
            return found.replace(text, replacement);
        }
    }

    /** Bytes of the text written in the {@link ByteAlphabet}. */
    record Bytes() implements TextRule {

        @Override
        public String apply(String text) {
            return ByteAlphabet.write(text);
        }
    }

    /** SentencePiece's rule {@code nmt}: control characters removed, all kinds of blank made one. */
    record Nmt() implements TextRule {

        @Override
        public String apply(String text) {
            StringBuilder plain = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                boolean removed = c >= 1 && c <= 8 || c == 0x0B || c >= 0x0E && c <= 0x1F || c == 0x7F || c == 0x8F
                        || c == 0x9F;
                boolean blank = c == 9 || c == 10 || c == 12 || c == 13 || c == 0x1680 || c >= 0x200B && c <= 0x200F
                        || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
                if (!removed) {
                    plain.appendCodePoint(blank ? ' ' : c);
                }
            });
            return plain.toString();
        }
    }

    /**
     * What BERT does (Devlin et al., arXiv 1810.04805).
     *
     * @param clean control characters removed, white space made blanks
     * @param chinese blanks around every Chinese character
     */
    record Bert(boolean clean, boolean chinese, boolean stripAccents, boolean lowercase) implements TextRule {

        @Override
        public String apply(String text) {
            String result = clean ? cleaned(text) : text;
            result = chinese ? spaced(result) : result;
            if (stripAccents) {
                result = unaccented(Normalizer.normalize(result, Normalizer.Form.NFD));
            }
            return lowercase ? new Lowercase().apply(result) : result;
        }

        private static String cleaned(String text) {
            StringBuilder clean = new StringBuilder(text.length());
            text.codePoints().filter(c -> c != 0 && c != 0xFFFD && !CodePoints.isControl(c))
                    .forEach(c -> clean.appendCodePoint(CodePoints.isSpace(c) ? ' ' : c));
            return clean.toString();
        }

        /** Without marks that take no space; those that do belong to the letters of some scripts. */
        private static String unaccented(String text) {
            StringBuilder rest = new StringBuilder(text.length());
            text.codePoints().filter(c -> !CodePoints.isMarkWithoutSpace(c)).forEach(rest::appendCodePoint);
            return rest.toString();
        }

        private static String spaced(String text) {
            StringBuilder spaced = new StringBuilder(text.length());
            text.codePoints().forEach(c -> {
                if (CodePoints.isChinese(c)) {
                    spaced.append(' ').appendCodePoint(c).append(' ');
                } else {
                    spaced.appendCodePoint(c);
                }
            });
            return spaced.toString();
        }
    }

    /** SentencePiece's table of replacements. */
    record Table(CharsMap map) implements TextRule {

        @Override
        public String apply(String text) {
            return map.apply(text);
        }
    }

    /** SentencePiece's treatment of blanks: none at the ends, one between. */
    record JoinBlanks() implements TextRule {

        @Override
        public String apply(String text) {
            StringBuilder joined = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c != ' ' || !joined.isEmpty() && joined.charAt(joined.length() - 1) != ' ') {
                    joined.append(c);
                }
            }
            int length = joined.length();
            return length > 0 && joined.charAt(length - 1) == ' ' ? joined.substring(0, length - 1) : joined.toString();
        }
    }

    /** All rules, one after the other. */
    static String apply(List<TextRule> rules, String text) {
        String result = text;
        for (TextRule rule : rules) {
            result = rule.apply(result);
            if (result.length() - GROWTH_CHARS_MAX > (long) GROWTH_MAX * text.length()) {
                throw new QuernException(QuernException.Category.ERROR, "the tokenizer's normalizer makes "
                        + result.length() + " characters and more of " + text.length());
            }
        }
        return result;
    }
}
