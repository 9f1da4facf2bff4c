package quern.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How characters become bytes: as they are, in UTF-8, or as they stand inside a JSON string. */
enum Spelling {
    PLAIN,
    /** Quotes and backslashes escaped, control characters by their short escapes or not at all. */
    JSON;

    private static final String SHORT_ESCAPED = "\"\\\b\f\n\r\t";
    private static final String SHORT_LETTERS = "\"\\bfnrt";
    private static final CodePoints UNESCAPED = CodePoints.any(List.of(
            CodePoints.of(0, 0x1F), CodePoints.of('"', '"'), CodePoints.of('\\', '\\'))).not();
    private static final int[] LENGTH_ENDS = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

    /** One character of the set. */
    Part one(CodePoints set) {
        if (this == PLAIN) {
            return utf8(set);
        }
        Part plain = utf8(set.and(UNESCAPED));
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < SHORT_ESCAPED.length(); i++) {
            if (set.has(SHORT_ESCAPED.charAt(i))) {
                letters.append(SHORT_LETTERS.charAt(i));
            }
        }
        if (letters.isEmpty()) {
            return plain;
        }
        return (nfa, from, to) -> {
            plain.add(nfa, from, to);
            int escaped = nfa.state();
            nfa.symbols(from, '\\', '\\', escaped);
            letters.chars().forEach(letter -> nfa.symbols(escaped, letter, letter, to));
        };
    }

    /** These characters. */
    Part text(String text) {
        return Part.row(text.codePoints().mapToObj(c -> one(CodePoints.of(c, c))).toList());
    }

    private static Part utf8(CodePoints set) {
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < set.rangeCount(); i++) {
            split(set.low(i), set.high(i), sequences);
        }
        return (nfa, from, to) -> {
            Map<List<Integer>, Integer> suffixes = new HashMap<>();
            for (int[] sequence : sequences) {
                int target = to;
                for (int i = sequence.length - 2; i > 0; i -= 2) {
                    int low = sequence[i];
                    int high = sequence[i + 1];
                    int next = target;
                    target = suffixes.computeIfAbsent(List.of(low, high, next), unknown -> {
                        int state = nfa.state();
                        nfa.symbols(state, low, high, next);
                        return state;
                    });
                }
                nfa.symbols(from, sequence[0], sequence[1], target);
            }
        };
    }

    /* Cuts a range of code points so that every piece is a row of independent ranges of bytes. */
    private static void split(int low, int high, List<int[]> out) {
        for (int end : LENGTH_ENDS) {
            if (low <= end && high > end) {
                split(low, end, out);
                split(end + 1, high, out);
                return;
            }
        }
        for (int bits = 6; bits <= 18 && high > 0x7F; bits += 6) {
            int mask = (1 << bits) - 1;
            if ((low & ~mask) != (high & ~mask)) {
                if ((low & mask) != 0) {
                    split(low, low | mask, out);
                    split((low | mask) + 1, high, out);
                    return;
                }
                if ((high & mask) != mask) {
                    split(low, (high & ~mask) - 1, out);
                    split(high & ~mask, high, out);
                    return;
                }
            }
        }
        int[] first = bytes(low);
        int[] last = bytes(high);
        int[] sequence = new int[2 * first.length];
        for (int i = 0; i < first.length; i++) {
            sequence[2 * i] = first[i];
            sequence[2 * i + 1] = last[i];
        }
        out.add(sequence);
    }

    private static int[] bytes(int c) {
        if (c <= 0x7F) {
            return new int[] {c};
        }
        if (c <= 0x7FF) {
            return new int[] {0xC0 | c >> 6, 0x80 | c & 0x3F};
        }
        if (c <= 0xFFFF) {
            return new int[] {0xE0 | c >> 12, 0x80 | c >> 6 & 0x3F, 0x80 | c & 0x3F};
        }
        return new int[] {0xF0 | c >> 18, 0x80 | c >> 12 & 0x3F, 0x80 | c >> 6 & 0x3F, 0x80 | c & 0x3F};
    }
}
