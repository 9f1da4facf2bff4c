package quern.inference.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of code points without surrogates, as ascending ranges that do not touch. */
final class CodePoints {

    private static final int MAX = Character.MAX_CODE_POINT;

    static final CodePoints ALL = of(0, MAX);
    static final CodePoints DIGIT = of('0', '9');
    static final CodePoints WORD = any(List.of(of('0', '9'), of('A', 'Z'), of('a', 'z'), of('_', '_')));
    static final CodePoints SPACE = any(List.of(of('\t', '\r'), of(' ', ' '), of(0xA0, 0xA0), of(0x1680, 0x1680),
            of(0x2000, 0x200A), of(0x2028, 0x2029), of(0x202F, 0x202F), of(0x205F, 0x205F), of(0x3000, 0x3000),
            of(0xFEFF, 0xFEFF)));
    static final CodePoints LINE_BREAK = any(List.of(of('\n', '\n'), of('\r', '\r'), of(0x2028, 0x2029)));

    private final int[] ranges;

    private CodePoints(List<int[]> sorted) {
        this.ranges = sorted.stream().flatMapToInt(java.util.Arrays::stream).toArray();
    }

    /** All from {@code low} to {@code high}, both included. */
    static CodePoints of(int low, int high) {
        var ranges = new ArrayList<int[]>();
        add(ranges, low, Math.min(high, Character.MIN_SURROGATE - 1));
        add(ranges, Math.max(low, Character.MAX_SURROGATE + 1), high);
        return new CodePoints(ranges);
    }

    static CodePoints where(IntPredicate holds) {
        var ranges = new ArrayList<int[]>();
        int from = -1;
        for (int c = 0; c <= MAX + 1; c++) {
            boolean in = c <= MAX && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) && holds.test(c);
            if (in && from < 0) {
                from = c;
            } else if (!in && from >= 0) {
                ranges.add(new int[] {from, c - 1});
                from = -1;
            }
        }
        return new CodePoints(ranges);
    }

    static CodePoints any(List<CodePoints> sets) {
        var all = new ArrayList<int[]>();
        for (CodePoints set : sets) {
            for (int i = 0; i < set.ranges.length; i += 2) {
                all.add(new int[] {set.ranges[i], set.ranges[i + 1]});
            }
        }
        all.sort(Comparator.comparingInt(range -> range[0]));
        var merged = new ArrayList<int[]>();
        for (int[] range : all) {
            if (!merged.isEmpty() && range[0] <= merged.getLast()[1] + 1) {
                merged.getLast()[1] = Math.max(merged.getLast()[1], range[1]);
            } else {
                merged.add(range);
            }
        }
        return new CodePoints(merged);
    }

    CodePoints not() {
        var gaps = new ArrayList<int[]>();
        int from = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            add(gaps, from, Math.min(ranges[i] - 1, Character.MIN_SURROGATE - 1));
            add(gaps, Math.max(from, Character.MAX_SURROGATE + 1), ranges[i] - 1);
            from = ranges[i + 1] + 1;
        }
        add(gaps, from, Math.min(MAX, Character.MIN_SURROGATE - 1));
        add(gaps, Math.max(from, Character.MAX_SURROGATE + 1), MAX);
        return new CodePoints(gaps);
    }

    CodePoints and(CodePoints other) {
        return any(List.of(not(), other.not())).not();
    }

    boolean has(int codePoint) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (codePoint >= ranges[i] && codePoint <= ranges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return ranges.length == 0;
    }

    int rangeCount() {
        return ranges.length / 2;
    }

    int low(int range) {
        return ranges[2 * range];
    }

    int high(int range) {
        return ranges[2 * range + 1];
    }

    private static void add(List<int[]> ranges, int low, int high) {
        if (low <= high) {
            ranges.add(new int[] {low, high});
        }
    }
}
