package quern.inference.tokenizer.pattern;

import java.util.ArrayList;
import java.util.List;

/** Reads a pattern into nodes: alternation, groups, quantifiers, look-around, anchors. Sets are {@link SetParser}'s. */
final class PatternParser {

    private static final int DEPTH_MAX = 32;
    private static final int REPEAT_MAX = 1000;

    private final PatternText text;
    private int depth;
    private boolean anyCase;
    private boolean dotBreaks;

    private PatternParser(String pattern) {
        this.text = new PatternText(pattern);
    }

    /** @throws PatternException if the pattern is malformed or uses what is not supported */
    static Node parse(String pattern) {
        PatternParser parser = new PatternParser(pattern);
        Node node = parser.choice();
        if (!parser.text.atEnd()) {
            throw parser.text.problem("unbalanced )");
        }
        return node;
    }

    private Node choice() {
        if (++depth > DEPTH_MAX) {
            throw text.problem("groups nested deeper than " + DEPTH_MAX);
        }
        List<Node> branches = new ArrayList<>();
        do {
            branches.add(row());
        } while (text.take('|'));
        depth--;
        return branches.size() == 1 ? branches.get(0) : new Node.Choice(branches);
    }

    private Node row() {
        List<Node> parts = new ArrayList<>();
        while (!text.atEnd() && text.peek() != '|' && text.peek() != ')') {
            Node part = atom();
            if (part != null) {
                parts.add(quantified(part));
            }
        }
        return parts.size() == 1 ? parts.get(0) : new Node.Row(parts);
    }

    private Node quantified(Node atom) {
        Node node = atom;
        while (!text.atEnd()) {
            int min;
            int max;
            boolean counted = false;
            if (text.take('*')) {
                min = 0;
                max = -1;
            } else if (text.take('+')) {
                min = 1;
                max = -1;
            } else if (text.take('?')) {
                min = 0;
                max = 1;
            } else if (text.peek() == '{' && text.countAhead()) {
                text.take('{');
                min = text.peek() == ',' ? 0 : count();
                max = text.take(',') ? text.peek() == '}' ? -1 : count() : min;
                text.expect('}');
                counted = true;
            } else {
                return node;
            }
            node = repeat(node, min, max, counted);
        }
        return node;
    }

    private Node repeat(Node body, int min, int max, boolean counted) {
        if (max >= 0 && max < min || min > REPEAT_MAX || max > REPEAT_MAX) {
            throw text.problem("repetition {" + min + "," + max + "}, at most " + REPEAT_MAX);
        }
        if (body instanceof Node.At || body instanceof Node.Ahead || body instanceof Node.Behind) {
            throw text.problem("a condition is repeated");
        }
        // In Ruby's syntax {n}+ is a repetition of a repetition, not a possessive one.
        Node.Greed greed = text.take('?') ? Node.Greed.LAZY
                : !counted && text.take('+') ? Node.Greed.POSSESSIVE : Node.Greed.GREEDY;
        if (max != 1 && body.nullable()) {
            throw text.problem("a group that can match nothing is repeated");
        }
        return new Node.Repeat(body, min, max, greed);
    }

    private int count() {
        int value = 0;
        int digits = 0;
        while (!text.atEnd() && text.peek() >= '0' && text.peek() <= '9') {
            value = Math.min(value * 10 + text.next() - '0', 1_000_000);
            digits++;
        }
        if (digits == 0) {
            throw text.problem("a number is missing");
        }
        return value;
    }

    /** Null for a group that only sets options. */
    private Node atom() {
        int c = text.next();
        return switch (c) {
            case '(' -> group();
            case '[' -> one(SetParser.parse(text, anyCase));
            case '.' -> {
                boolean breaks = dotBreaks;
                yield one(CharSet.of(any -> breaks || any != '\n'));
            }
            case '^' -> new Node.At(Node.Place.LINE_START);
            case '$' -> new Node.At(Node.Place.LINE_END);
            case '*', '+', '?' -> throw text.problem("nothing before a quantifier");
            case '\\' -> escape();
            default -> literal(c);
        };
    }

    private Node escape() {
        if (text.atEnd()) {
            throw text.problem("ends in a backslash");
        }
        return switch (text.peek()) {
            case 'b' -> place(Node.Place.WORD_EDGE);
            case 'B' -> place(Node.Place.NO_WORD_EDGE);
            case 'A' -> place(Node.Place.TEXT_START);
            case 'z' -> place(Node.Place.TEXT_END);
            case 'Z' -> place(Node.Place.TEXT_END_OR_LAST_BREAK);
            case 'R' -> {
                text.next();
                yield new Node.Atomic(new Node.Choice(List.of(
                        new Node.Row(List.of(literal('\r'), literal('\n'))),
                        one(CharSet.of(c -> c >= '\n' && c <= '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)))));
            }
            default -> {
                CharSet set = SetParser.escape(text);
                yield one(anyCase ? set.anyCase() : set);
            }
        };
    }

    private Node place(Node.Place place) {
        text.next();
        return new Node.At(place);
    }

    private Node literal(int c) {
        CharSet set = CharSet.range(c, c);
        return one(anyCase ? set.anyCase() : set);
    }

    private static Node one(CharSet set) {
        return new Node.One(set);
    }

    private Node group() {
        boolean caseBefore = anyCase;
        boolean breaksBefore = dotBreaks;
        Node node;
        if (!text.take('?')) {
            node = choice();
        } else if (text.take(':')) {
            node = choice();
        } else if (text.take('>')) {
            node = new Node.Atomic(choice());
        } else if (text.take('=')) {
            node = new Node.Ahead(choice(), false);
        } else if (text.take('!')) {
            node = new Node.Ahead(choice(), true);
        } else if (text.take('<')) {
            node = behindOrNamed();
        } else if (options()) {
            return null;
        } else {
            node = choice();
        }
        text.expect(')');
        anyCase = caseBefore;
        dotBreaks = breaksBefore;
        return node;
    }

    private Node behindOrNamed() {
        boolean negated = text.take('!');
        if (negated || text.take('=')) {
            if (choice() instanceof Node.One one) {
                return new Node.Behind(one.codePoints(), negated);
            }
            throw text.problem("look-behind of more than one character");
        }
        while (text.next() != '>') {
            continue;
        }
        return choice();
    }

    /** Reads {@code i-s:} or {@code i)}. @return whether the group ended, so that the options hold for what follows */
    private boolean options() {
        boolean on = true;
        while (true) {
            int c = text.next();
            switch (c) {
                case '-' -> on = false;
                case 'i' -> anyCase = on;
                case 'm', 's' -> dotBreaks = on;
                case 'u' -> { }
                case ':' -> {
                    return false;
                }
                case ')' -> {
                    return true;
                }
                default -> throw text.problem("group (?" + Character.toString(c) + " is not supported");
            }
        }
    }
}
