package quern.inference.tokenizer.pattern;

import java.util.function.IntPredicate;

/**
 * A regular expression as tokenizer files carry them: Oniguruma's Ruby syntax without back-references, recursion and
 * look-behind of more than one character. Of the ways to match, the one a backtracking engine would find first. Unlike
 * such an engine it remembers what failed: patterns like those of known models take time linear in the text, and one
 * made to be slow ends in a {@link PatternException} after a number of steps in proportion to the text.
 *
 * <p>A match of no characters cuts the text and matches nothing.
 */
public final class TextPattern {

    /** Gets the pieces of a text in order, matched or between matches; together they are the text. */
    @FunctionalInterface
    public interface PieceSink {
        void piece(int from, int to, boolean matched);
    }

    private static final int PATTERN_CHARS_MAX = 1 << 14;

    private final PatternProgram program;

    private TextPattern(PatternProgram program) {
        this.program = program;
    }

    /** @throws PatternException if the pattern is malformed or uses what is not supported */
    public static TextPattern of(String pattern) {
        if (pattern.length() > PATTERN_CHARS_MAX) {
            throw new PatternException(pattern, pattern.length() + " characters, at most " + PATTERN_CHARS_MAX);
        }
        return new TextPattern(PatternCompiler.compile(pattern));
    }

    /** The pattern that matches a text as it is written. */
    public static TextPattern literal(String text) {
        return of(text.codePoints()
                .collect(StringBuilder::new, (all, c) -> all.append("\\x{").append(Integer.toHexString(c)).append('}'),
                        StringBuilder::append)
                .toString());
    }

    /** The pattern that matches one code point of a set. */
    public static TextPattern oneOf(IntPredicate codePoints) {
        return new TextPattern(PatternCompiler.compile(new Node.One(CharSet.of(codePoints)), "(one of a set)"));
    }

    /**
     * Cuts {@code text} at its matches, found from the left without overlap.
     *
     * @throws PatternException if that takes more steps than the text allows
     */
    public void cut(String text, PieceSink pieces) {
        PatternRun run = new PatternRun(program, text);
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            int end = run.match(at);
            if (end >= at && at > from) {
                pieces.piece(from, at, false);
                from = at;
            }
            if (end <= at) {
                at += Character.charCount(text.codePointAt(at));
                continue;
            }
            pieces.piece(at, end, true);
            from = end;
            at = end;
        }
        if (from < text.length()) {
            pieces.piece(from, text.length(), false);
        }
    }

    /** {@code text} with every match replaced. */
    public String replace(String text, String replacement) {
        StringBuilder replaced = new StringBuilder();
        cut(text, (from, to, matched) -> {
            if (matched) {
                replaced.append(replacement);
            } else {
                replaced.append(text, from, to);
            }
        });
        return replaced.toString();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return program.pattern();
    }
}
