package quern.inference.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a regular expression, the part of ECMA-262's syntax that describes a regular language: alternation, groups,
 * sets, quantifiers; {@code ^} and {@code $} at the ends of the whole or of its alternatives. What looks around, refers
 * back or depends on word edges is refused by name.
 */
final class RegularExpression {

    private static final int CHARS_MAX = 4096;
    private static final int DEPTH_MAX = 64;
    private static final int REPEAT_MAX = 1 << 14;

    private final RegexText text;
    private final Spelling spelling;
    private int depth;

    private RegularExpression(String pattern, Spelling spelling, String at) {
        if (pattern.length() > CHARS_MAX) {
            throw new GrammarException(at, "pattern of " + pattern.length() + " characters, at most " + CHARS_MAX);
        }
        this.text = new RegexText(pattern, at);
        this.spelling = spelling;
    }

    /**
     * Texts that match the pattern as a whole.
     *
     * @throws GrammarException if it is malformed or uses what is not supported
     */
    static Part whole(String pattern, Spelling spelling, String at) {
        return new RegularExpression(pattern, spelling, at).alternatives(false);
    }

    /** Texts that hold a match somewhere, as JSON Schema's {@code pattern} means it. */
    static Part within(String pattern, Spelling spelling, String at) {
        return new RegularExpression(pattern, spelling, at).alternatives(true);
    }

    private Part alternatives(boolean search) {
        Part anything = Part.repeat(spelling.one(CodePoints.ALL), 0, -1);
        List<Part> branches = new ArrayList<>();
        do {
            boolean start = text.take('^');
            Part branch = row();
            boolean end = text.take('$');
            if (!text.atEnd() && text.peek() != '|') {
                throw text.problem(text.peek() == ')' ? "unbalanced )" : "an anchor inside is not supported");
            }
            Part front = start || !search ? Part.nothing() : anything;
            Part behind = end || !search ? Part.nothing() : anything;
            branches.add(Part.row(front, branch, behind));
        } while (text.take('|'));
        return Part.choice(branches);
    }

    private Part choice() {
        if (++depth > DEPTH_MAX) {
            throw text.problem("groups nested deeper than " + DEPTH_MAX);
        }
        List<Part> branches = new ArrayList<>();
        do {
            branches.add(row());
        } while (text.take('|'));
        depth--;
        return branches.size() == 1 ? branches.getFirst() : Part.choice(branches);
    }

    private Part row() {
        List<Part> parts = new ArrayList<>();
        while (!text.atEnd() && "|)$".indexOf(text.peek()) < 0) {
            parts.add(quantified(atom()));
        }
        return Part.row(parts);
    }

    private Part quantified(Part atom) {
        int min;
        int max;
        if (text.take('*')) {
            min = 0;
            max = -1;
        } else if (text.take('+')) {
            min = 1;
            max = -1;
        } else if (text.take('?')) {
            min = 0;
            max = 1;
        } else if (text.quantifierAhead()) {
            text.take('{');
            min = text.number();
            max = text.take(',') ? text.peek() == '}' ? -1 : text.number() : min;
            text.take('}');
            if (min > REPEAT_MAX || max > REPEAT_MAX || max >= 0 && max < min) {
                throw text.problem("repetition {" + min + "," + max + "}, expected ascending numbers up to "
                        + REPEAT_MAX);
            }
        } else {
            return atom;
        }
        text.take('?');
        if (!text.atEnd() && (text.peek() == '*' || text.peek() == '+' || text.quantifierAhead())) {
            throw text.problem("a quantifier after a quantifier is not supported");
        }
        return Part.repeat(atom, min, max);
    }

    private Part atom() {
        int c = text.next();
        return switch (c) {
            case '(' -> group();
            case '[' -> spelling.one(RegexSet.read(text));
            case '.' -> spelling.one(CodePoints.LINE_BREAK.not());
            case '^' -> throw text.problem("an anchor inside is not supported");
            case '*', '+', '?' -> throw text.problem("nothing before a quantifier");
            case '\\' -> spelling.one(RegexSet.escape(text));
            default -> spelling.one(CodePoints.of(c, c));
        };
    }

    private Part group() {
        if (text.take('?') && !text.take(':')) {
            if (!text.take('<') || text.atEnd() || text.peek() == '=' || text.peek() == '!') {
                throw text.problem("a group (? other than (?: and (?<name> is not supported");
            }
            while (text.next() != '>') {
                continue;
            }
        }
        Part inner = choice();
        if (!text.atEnd() && text.peek() == '$') {
            throw text.problem("an anchor inside a group is not supported");
        }
        if (!text.take(')')) {
            throw text.problem("a group is not closed");
        }
        return inner;
    }
}
