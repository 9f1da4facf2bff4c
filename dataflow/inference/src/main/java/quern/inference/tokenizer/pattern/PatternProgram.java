package quern.inference.tokenizer.pattern;

import java.util.Arrays;

/**
 * A compiled pattern: instructions by number, each with up to two operands and a set.
 *
 * <p>What an instruction may stand for is fixed by its position alone: whether it leads to a match from a position of
 * the text depends on nothing else. That is what lets {@link PatternRun} remember failures.
 */
final class PatternProgram {

    /** Consumes one code point of the set. */
    static final byte ONE = 0;
    /** Consumes from x to y (-1: any number) code points of the set, the most first. */
    static final byte LOOP = 1;
    /** The same, all of them, never giving back. */
    static final byte LOOP_ALL = 2;
    /** Goes on at x, if that fails at y. */
    static final byte SPLIT = 3;
    /** The same inside a repeated group; positions it was tried at are remembered by index {@link #memo}. */
    static final byte SPLIT_LOOP = 4;
    /** Goes on at x. */
    static final byte JUMP = 5;
    /** What follows up to MATCH must match here, nothing is consumed; goes on at x. */
    static final byte AHEAD = 6;
    /** What follows up to MATCH must not match here; goes on at x. */
    static final byte NOT_AHEAD = 7;
    /** What follows up to MATCH is consumed and never retried; goes on at x. */
    static final byte ATOMIC = 8;
    /** The code point before must be of the set. */
    static final byte BEHIND = 9;
    /** There must be no code point of the set before. */
    static final byte NOT_BEHIND = 10;
    /** The position must be the {@link Node.Place} of ordinal x. */
    static final byte AT = 11;
    /** Ends the program, or the part that an AHEAD, NOT_AHEAD or ATOMIC began. */
    static final byte MATCH = 12;

    private static final int INSTRUCTIONS_MAX = 8192;

    private final String pattern;
    private int count;
    private byte[] codes = new byte[64];
    private int[] xs = new int[64];
    private int[] ys = new int[64];
    private int[] memos = new int[64];
    private CharSet[] sets = new CharSet[64];
    private int memoCount;
    private int loopCount;

    PatternProgram(String pattern) {
        this.pattern = pattern;
    }

    int add(byte code, int x, int y, CharSet set) {
        if (count == INSTRUCTIONS_MAX) {
            throw new PatternException(pattern, "needs more than " + INSTRUCTIONS_MAX + " instructions");
        }
        if (count == codes.length) {
            codes = Arrays.copyOf(codes, 2 * count);
            xs = Arrays.copyOf(xs, 2 * count);
            ys = Arrays.copyOf(ys, 2 * count);
            memos = Arrays.copyOf(memos, 2 * count);
            sets = Arrays.copyOf(sets, 2 * count);
        }
        codes[count] = code;
        xs[count] = x;
        ys[count] = y;
        sets[count] = set;
        memos[count] = code == SPLIT_LOOP ? memoCount++ : code == LOOP && y < 0 ? loopCount++ : -1;
        return count++;
    }

    void aim(int at, int x, int y) {
        xs[at] = x;
        ys[at] = y;
    }

    void aim(int at, int x) {
        xs[at] = x;
    }

    int size() {
        return count;
    }

    byte code(int at) {
        return codes[at];
    }

    int x(int at) {
        return xs[at];
    }

    int y(int at) {
        return ys[at];
    }

    CharSet set(int at) {
        return sets[at];
    }

    /** Number of a SPLIT_LOOP among its kind, or of a LOOP without limit among its kind. */
    int memo(int at) {
        return memos[at];
    }

    int memoCount() {
        return memoCount;
    }

    int loopCount() {
        return loopCount;
    }

    String pattern() {
        return pattern;
    }
}
