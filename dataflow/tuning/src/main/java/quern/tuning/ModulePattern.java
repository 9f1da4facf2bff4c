package quern.tuning;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarLimits;

/**
 * Regular expressions over names of modules, {@code model.layers.3.self_attn.q_proj}, as configurations of PEFT have
 * them. They come from elsewhere: matching takes time in proportion to the name, what a pattern may cost is bounded.
 * What looks around or refers back is refused by name ({@link quern.inference.grammar.GrammarException}).
 */
final class ModulePattern {

    private static final GrammarLimits LIMITS = new GrammarLimits(1 << 14, 1 << 14);
    private static final String PLAIN = "[A-Za-z0-9_.]+";

    private ModulePattern() {}

    /** The whole name, as Python's {@code re.fullmatch} has it. */
    static Predicate<String> whole(String pattern, String at) {
        Grammar grammar = Grammar.ofPattern(withoutFirstEdges(pattern), at, LIMITS);
        return grammar::matches;
    }

    /** The name, or its end behind a dot. */
    static Predicate<String> ending(String name) {
        return module -> module.equals(name) || module.endsWith("." + name);
    }

    /** A key of {@code rank_pattern} or {@code alpha_pattern}: from the name's start behind {@code ^}, else its end. */
    static Predicate<String> key(String key, String at) {
        if (key.matches(PLAIN)) {
            return ending(key);
        }
        if (key.startsWith("^")) {
            return whole(key.endsWith("$") ? "(?:" + key.substring(1, key.length() - 1) + ")"
                    : "(?:" + key.substring(1) + ")[^]*", at);
        }
        String end = key.endsWith("$") ? key.substring(0, key.length() - 1) : key;
        return whole("(?:.*\\.)?(?:" + end + ")", at);
    }

    /** Word edges where nothing is before them and a letter behind, as Unsloth writes them, say nothing. */
    private static String withoutFirstEdges(String pattern) {
        StringBuilder out = new StringBuilder(pattern.length());
        Deque<Boolean> groups = new ArrayDeque<>();
        boolean first = true;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (first && pattern.startsWith("\\b", i) && i + 2 < pattern.length()
                    && Character.isLetter(pattern.charAt(i + 2))) {
                i++;
                continue;
            }
            out.append(c);
            if (c == '(') {
                groups.push(first);
                if (pattern.startsWith("?:", i + 1)) {
                    out.append("?:");
                    i += 2;
                }
            } else if (c == '|') {
                first = groups.isEmpty() || groups.peek();
            } else {
                if (c == ')' && !groups.isEmpty()) {
                    groups.pop();
                }
                first = false;
                i = copyUnit(pattern, i, out);
            }
        }
        return out.toString();
    }

    /** The rest of an escape or of a set, in which brackets mean themselves. @return the last place that was copied */
    private static int copyUnit(String pattern, int at, StringBuilder out) {
        int last = at;
        if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
            last = at + 1;
        } else if (pattern.charAt(at) == '[') {
            last = at + 1;
            while (last < pattern.length() && pattern.charAt(last) != ']') {
                last += pattern.charAt(last) == '\\' ? 2 : 1;
            }
            last = Math.min(last, pattern.length() - 1);
        }
        out.append(pattern, at + 1, last + 1);
        return last;
    }
}
