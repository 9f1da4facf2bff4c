package quern.inference.tokenizer;

import java.util.List;
import java.util.function.Consumer;
import quern.inference.tokenizer.pattern.TextPattern;

/**
 * One step of cutting a text into the words within which pieces are found: the pre-tokenizers of
 * {@code tokenizer.json}, meaning the same. Each step cuts the words that the one before made.
 */
public sealed interface WordRule {

    /**
     * Hands over the words of a text that is not empty; empty words may be among them.
     *
     * @param start whether the text is the beginning of all there is to tokenize
     */
    void cut(String text, boolean start, Consumer<String> words);

    /** What becomes of a match of a pattern. */
    enum Behavior { REMOVED, ISOLATED, CONTIGUOUS, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT }

    /** @param inverted whether what lies between matches counts as match, and matches as between */
    record Split(TextPattern pattern, Behavior behavior, boolean inverted) implements WordRule {

        public static Split isolated(String pattern) {
            return new Split(TextPattern.of(pattern), Behavior.ISOLATED, false);
        }

        /** By punctuation, ASCII's symbols being such. */
        public static Split punctuation(Behavior behavior) {
            return new Split(TextPattern.oneOf(CodePoints::isPunctuation), behavior, false);
        }

        /** By white space, which is dropped. */
        public static Split space() {
            return new Split(TextPattern.oneOf(CodePoints::isSpace), Behavior.REMOVED, false);
        }

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            if (behavior == Behavior.ISOLATED) {
                pattern.cut(text, (from, to, matched) -> words.accept(text.substring(from, to)));
                return;
            }
            Pieces pieces = new Pieces(text, behavior, words);
            pattern.cut(text, (from, to, matched) -> pieces.add(from, to, matched != inverted));
            pieces.end();
        }
    }

    /** Blanks become a sign, which may also stand in front of the text. */
    record Metaspace(String sign, Front front, boolean split) implements WordRule {

        /** Before which texts the sign is put, unless they begin with it. */
        public enum Front { ALWAYS, FIRST, NEVER }

        public Metaspace {
            if (sign.isEmpty()) {
                throw new IllegalArgumentException("Metaspace with an empty sign");
            }
        }

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            String written = text.replace(" ", sign);
            boolean put = front == Front.ALWAYS || front == Front.FIRST && start;
            if (put && !written.startsWith(sign)) {
                written = sign + written;
            }
            int from = 0;
            if (split) {
                for (int at = written.indexOf(sign, 1); at >= 0; at = written.indexOf(sign, at + sign.length())) {
                    words.accept(written.substring(from, at));
                    from = at;
                }
            }
            words.accept(from == 0 ? written : written.substring(from));
        }
    }

    /**
     * A sign before the text, whatever it begins with.
     *
     * @param everywhere whether also where the text is not the beginning of all there is to tokenize
     */
    record SignInFront(String sign, boolean everywhere) implements WordRule {

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            words.accept(everywhere || start ? sign + text : text);
        }
    }

    /** A blank before a text that does not begin with one. */
    record BlankInFront() implements WordRule {

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            words.accept(text.startsWith(" ") ? text : " " + text);
        }
    }

    /** The bytes of a word, written in the {@link ByteAlphabet}. */
    record Bytes() implements WordRule {

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            words.accept(ByteAlphabet.write(text));
        }
    }

    /** Runs of one script; a blank goes on with the script before and is dropped where there is none. */
    record Scripts() implements WordRule {

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            Character.UnicodeScript last = null;
            int from = 0;
            for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
                Character.UnicodeScript script = script(text.codePointAt(at));
                if (script == null) {
                    continue;
                }
                if (last != script) {
                    words.accept(last == null ? "" : text.substring(from, at));
                    from = at;
                }
                last = script;
            }
            words.accept(last == null ? "" : text.substring(from));
        }

        /** Null for a blank and what is unassigned; what Japanese is written in counts as one. */
        private static Character.UnicodeScript script(int c) {
            Character.UnicodeScript script = Character.UnicodeScript.of(c);
            return switch (script) {
                case HIRAGANA, KATAKANA -> Character.UnicodeScript.HAN;
                case UNKNOWN -> null;
                default -> c == 0x30FC ? Character.UnicodeScript.HAN : c == ' ' ? null : script;
            };
        }
    }

    /** Words of so many code points, the last of fewer. */
    record FixedLength(int length) implements WordRule {

        @Override
        public void cut(String text, boolean start, Consumer<String> words) {
            int from = 0;
            int count = 0;
            for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
                if (count++ == length) {
                    words.accept(text.substring(from, at));
                    from = at;
                    count = 1;
                }
            }
            words.accept(text.substring(from));
        }
    }

    /** All rules, one after the other; empty words are dropped. */
    static void cut(List<WordRule> rules, String text, boolean start, Consumer<String> words) {
        if (text.isEmpty()) {
            return;
        }
        if (rules.isEmpty()) {
            words.accept(text);
            return;
        }
        List<WordRule> rest = rules.subList(1, rules.size());
        boolean[] first = {start};
        rules.get(0).cut(text, start, word -> {
            cut(rest, word, first[0], words);
            first[0] = false;
        });
    }
}
