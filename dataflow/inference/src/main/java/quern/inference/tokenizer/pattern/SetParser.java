package quern.inference.tokenizer.pattern;

import java.util.ArrayList;
import java.util.List;

/** Reads bracketed sets and escapes that stand for sets. */
final class SetParser {

    private static final int DEPTH_MAX = 16;

    private final PatternText text;
    private final boolean anyCase;
    private int depth;

    private SetParser(PatternText text, boolean anyCase) {
        this.text = text;
        this.anyCase = anyCase;
    }

    /** The set whose opening bracket was just read. */
    static CharSet parse(PatternText text, boolean anyCase) {
        return new SetParser(text, anyCase).set();
    }

    private CharSet set() {
        if (++depth > DEPTH_MAX) {
            throw text.problem("sets nested deeper than " + DEPTH_MAX);
        }
        boolean negated = text.take('^');
        CharSet result = null;
        List<CharSet> members = new ArrayList<>();
        if (text.peek() == ']') {
            members.add(CharSet.range(text.next(), ']'));
        }
        while (!text.take(']')) {
            if (text.ahead("&&")) {
                text.next();
                text.next();
                result = joined(result, members);
                members = new ArrayList<>();
            } else {
                member(members);
            }
        }
        result = joined(result, members);
        depth--;
        // Folding case comes before negation: (?i)[^a] excludes A.
        CharSet folded = anyCase ? result.anyCase() : result;
        return negated ? folded.not() : folded;
    }

    private static CharSet joined(CharSet before, List<CharSet> members) {
        CharSet all = CharSet.any(members);
        return before == null ? all : before.and(all);
    }

    private void member(List<CharSet> members) {
        if (text.ahead("[:")) {
            members.add(posix());
            return;
        }
        if (text.take('[')) {
            members.add(set());
            return;
        }
        int from = single(members);
        if (from < 0) {
            return;
        }
        if (text.peek() != '-' || text.ahead("-]")) {
            members.add(CharSet.range(from, from));
            return;
        }
        text.next();
        List<CharSet> after = new ArrayList<>();
        int to = text.peek() == '[' ? -1 : single(after);
        if (to < 0) {
            members.add(CharSet.range(from, from));
            members.add(CharSet.range('-', '-'));
            members.addAll(after);
            return;
        }
        if (to < from) {
            throw text.problem("range that ends before it begins");
        }
        members.add(CharSet.range(from, to));
    }

    /** The next code point; -1 if it was an escape for a set, which is then added. */
    private int single(List<CharSet> members) {
        int c = text.next();
        if (c != '\\') {
            return c;
        }
        int plain = codePoint(text);
        if (plain < 0) {
            members.add(escape(text));
        }
        return plain;
    }

    private CharSet posix() {
        text.next();
        text.next();
        boolean negated = text.take('^');
        String name = text.until(':');
        text.expect(']');
        return property(name, negated);
    }

    private CharSet property(String name, boolean negated) {
        CharSet found = CharSet.property(name);
        if (found == null) {
            throw text.problem("unknown property " + name);
        }
        return negated ? found.not() : found;
    }

    /** The set an escape stands for, its backslash just read. */
    static CharSet escape(PatternText text) {
        int plain = codePoint(text);
        if (plain >= 0) {
            return CharSet.range(plain, plain);
        }
        int c = text.next();
        return switch (c) {
            case 's' -> CharSet.SPACE;
            case 'S' -> CharSet.SPACE.not();
            case 'd' -> CharSet.DIGIT;
            case 'D' -> CharSet.DIGIT.not();
            case 'w' -> CharSet.WORD;
            case 'W' -> CharSet.WORD.not();
            case 'p', 'P' -> {
                String name = text.take('{') ? text.until('}') : Character.toString(text.next());
                boolean caret = name.startsWith("^");
                yield new SetParser(text, false).property(caret ? name.substring(1) : name, caret != (c == 'P'));
            }
            default -> throw text.problem("escape \\" + Character.toString(c) + " is not supported");
        };
    }

    /** The code point an escape stands for, -1 (nothing read) if it stands for something else. */
    private static int codePoint(PatternText text) {
        int c = text.peek();
        int fixed = switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'f' -> '\f';
            case 'v' -> 0x0B;
            case 'a' -> 0x07;
            case 'e' -> 0x1B;
            case '0' -> 0;
            default -> -1;
        };
        if (fixed >= 0) {
            text.next();
            return fixed;
        }
        if (c == 'x') {
            text.next();
            if (!text.take('{')) {
                return text.hexadecimal(2);
            }
            int value = text.hexadecimal(6);
            text.expect('}');
            return value;
        }
        if (c == 'u') {
            text.next();
            return text.hexadecimal(4);
        }
        boolean letter = c < 0x80 && Character.isLetterOrDigit(c);
        return letter || c < 0 ? -1 : text.next();
    }
}
