package quern.inference.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads {@code [...]} and escapes of a regular expression. */
final class RegexSet {

    private static final Map<String, CodePoints> PROPERTIES = new ConcurrentHashMap<>();
    private static final Map<String, List<Integer>> CATEGORIES = Map.ofEntries(
            Map.entry("L", List.of(1, 2, 3, 4, 5)), Map.entry("Lu", List.of(1)), Map.entry("Ll", List.of(2)),
            Map.entry("Lt", List.of(3)), Map.entry("Lm", List.of(4)), Map.entry("Lo", List.of(5)),
            Map.entry("M", List.of(6, 7, 8)), Map.entry("N", List.of(9, 10, 11)), Map.entry("Nd", List.of(9)),
            Map.entry("Z", List.of(12, 13, 14)), Map.entry("Zs", List.of(12)),
            Map.entry("P", List.of(20, 21, 22, 23, 24, 29, 30)), Map.entry("S", List.of(25, 26, 27, 28)),
            Map.entry("Sc", List.of(26)), Map.entry("Letter", List.of(1, 2, 3, 4, 5)),
            Map.entry("Number", List.of(9, 10, 11)));

    private RegexSet() {}

    /** After the opening bracket. */
    static CodePoints read(RegexText text) {
        boolean negated = text.take('^');
        List<CodePoints> members = new ArrayList<>();
        while (!text.take(']')) {
            CodePoints first = member(text);
            if (single(first) && text.take('-')) {
                if (text.peek() == ']') {
                    members.add(first);
                    members.add(CodePoints.of('-', '-'));
                    continue;
                }
                CodePoints last = member(text);
                if (!single(last) || last.low(0) < first.low(0)) {
                    throw text.problem("a range of a set is out of order");
                }
                members.add(CodePoints.of(first.low(0), last.low(0)));
            } else {
                members.add(first);
            }
        }
        CodePoints all = CodePoints.any(members);
        return negated ? all.not() : all;
    }

    private static boolean single(CodePoints set) {
        return set.rangeCount() == 1 && set.low(0) == set.high(0);
    }

    private static CodePoints member(RegexText text) {
        int c = text.next();
        if (c != '\\') {
            return CodePoints.of(c, c);
        }
        return text.take('b') ? CodePoints.of('\b', '\b') : escape(text);
    }

    /** After the backslash. */
    static CodePoints escape(RegexText text) {
        int c = text.next();
        return switch (c) {
            case 'd' -> CodePoints.DIGIT;
            case 'D' -> CodePoints.DIGIT.not();
            case 'w' -> CodePoints.WORD;
            case 'W' -> CodePoints.WORD.not();
            case 's' -> CodePoints.SPACE;
            case 'S' -> CodePoints.SPACE.not();
            case 't' -> one('\t');
            case 'n' -> one('\n');
            case 'r' -> one('\r');
            case 'f' -> one('\f');
            case 'v' -> one(0x0B);
            case '0' -> one(0);
            case 'x' -> one(text.hex(2));
            case 'u' -> one(unicode(text));
            case 'p' -> property(text);
            case 'P' -> property(text).not();
            case 'b', 'B' -> throw text.problem("word edges (\\b, \\B) are not supported");
            case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw text.problem("back-references are not supported");
            default -> {
                if (Character.isLetter(c)) {
                    throw text.problem("escape \\" + Character.toString(c) + " is not supported");
                }
                yield one(c);
            }
        };
    }

    private static CodePoints one(int c) {
        return CodePoints.of(c, c);
    }

    private static int unicode(RegexText text) {
        if (!text.take('{')) {
            return text.hex(4);
        }
        int value = 0;
        while (!text.take('}')) {
            value = Math.min(Character.MAX_CODE_POINT, 16 * value + text.hex(1));
        }
        return value;
    }

    private static CodePoints property(RegexText text) {
        StringBuilder name = new StringBuilder();
        if (!text.take('{')) {
            throw text.problem("\\p without a name in braces");
        }
        while (!text.take('}')) {
            name.appendCodePoint(text.next());
        }
        List<Integer> categories = CATEGORIES.get(name.toString());
        if (categories == null) {
            throw text.problem("property \\p{" + name + "} is not supported");
        }
        return PROPERTIES.computeIfAbsent(name.toString(),
                unknown -> CodePoints.where(c -> categories.contains(Character.getType(c))));
    }
}
