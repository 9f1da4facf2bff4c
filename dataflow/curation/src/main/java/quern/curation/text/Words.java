package quern.curation.text;

import java.util.Arrays;

/** The words of a text as runs of code points. Immutable. */
public final class Words {

    private static final long HASH_FACTOR = 0x517CC1B727220A95L;
    /** Not 0, by which a NUL in front would not count. */
    private static final long HASH_START = 0x2545F4914F6CDD1DL;

    /** Capital I with a dot becomes two code points, sigma at the end of a word another one. */
    static final String CONTEXTUAL_CASE = "\u0130\u03A3";

    private final int[] codePoints;
    private int[] bounds;
    private int count;
    private long[] hashes;

    private Words(int[] codePoints) {
        this.codePoints = codePoints;
        this.bounds = new int[64];
    }

    private Words(int[] codePoints, Words cut) {
        this.codePoints = codePoints;
        this.bounds = cut.bounds;
        this.count = cut.count;
    }

    static Words of(TextView view) {
        return of(view.codePoints(), view.codePointCount());
    }

    /** The words in lower case, as they are cut behind that. */
    static Words lower(TextView view) {
        int[] points = view.codePoints();
        int n = view.codePointCount();
        if (!view.has(CodePoints.CASE_CUTS)) {
            return new Words(lower(points, n), view.words(false));
        }
        return hasContextualCase(points, n) ? ofPieces(view.text().split("[ \n\t]"), true)
                : of(lower(points, n), n);
    }

    private static Words of(int[] points, int n) {
        Words words = new Words(points);
        for (int from = 0; from < n; ) {
            while (from < n && isGap(points[from])) {
                from++;
            }
            int to = from;
            while (to < n && !isGap(points[to])) {
                to++;
            }
            words.addStripped(from, to);
            from = to;
        }
        return words;
    }

    /** The words a tokenizer made. */
    public static Words ofPieces(String[] pieces, boolean lowerCase) {
        StringBuilder joined = new StringBuilder();
        int[] ends = new int[pieces.length];
        int end = 0;
        for (int i = 0; i < pieces.length; i++) {
            String piece = lowerCase ? LetterCase.lower(pieces[i]) : pieces[i];
            joined.append(piece);
            end += piece.codePointCount(0, piece.length());
            ends[i] = end;
        }
        Words words = new Words(joined.codePoints().toArray());
        int from = 0;
        for (int to : ends) {
            words.addStripped(from, to);
            from = to;
        }
        return words;
    }

    public int count() {
        return count;
    }

    /** Share of the words, and of the joins of neighbouring words if asked, that are in a list; 0 without words. */
    public double shareIn(WordList list, int[] groupSizes, String join) {
        if (count == 0) {
            return 0.0;
        }
        int hits = 0;
        long all = count;
        for (long hash : hashes()) {
            hits += list.containsHash(hash) ? 1 : 0;
        }
        int[] joinPoints = join.codePoints().toArray();
        for (int size : groupSizes) {
            for (int first = 0; first + size <= count; first++, all++) {
                hits += list.containsHash(joinedHash(first, size, joinPoints)) ? 1 : 0;
            }
        }
        return (double) hits / all;
    }

    /**
     * Occurrences of n-grams of {@code length} words that occur more than once, over all occurrences; 0 for fewer
     * words.
     */
    public double repetition(int length) {
        if (count < length) {
            return 0.0;
        }
        GramCounter grams = GramCounter.count(hashes(), count, length);
        return (double) (grams.total() - grams.once()) / grams.total();
    }

    /** Hash by which words are compared; the same for {@link WordList}. */
    static long hash(String word) {
        return mix(word.codePoints().asLongStream().reduce(HASH_START, Words::step));
    }

    private long[] hashes() {
        if (hashes == null) {
            hashes = new long[count];
            for (int w = 0; w < count; w++) {
                hashes[w] = mix(extend(HASH_START, w));
            }
        }
        return hashes;
    }

    private long joinedHash(int first, int size, int[] join) {
        long state = extend(HASH_START, first);
        for (int w = first + 1; w < first + size; w++) {
            for (int c : join) {
                state = step(state, c);
            }
            state = extend(state, w);
        }
        return mix(state);
    }

    private long extend(long state, int word) {
        int to = bounds[2 * word + 1];
        for (int i = bounds[2 * word]; i < to; i++) {
            state = step(state, codePoints[i]);
        }
        return state;
    }

    private static long step(long state, long codePoint) {
        return (Long.rotateLeft(state, 5) ^ codePoint) * HASH_FACTOR;
    }

    private static long mix(long state) {
        long mixed = (state ^ state >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 29;
    }

    private void addStripped(int from, int to) {
        while (from < to && CodePoints.isSpecial(codePoints[from])) {
            from++;
        }
        while (from < to && CodePoints.isSpecial(codePoints[to - 1])) {
            to--;
        }
        if (from == to) {
            return;
        }
        if (2 * count == bounds.length) {
            bounds = Arrays.copyOf(bounds, bounds.length * 2);
        }
        bounds[2 * count] = from;
        bounds[2 * count + 1] = to;
        count++;
    }

    private static boolean isGap(int codePoint) {
        return codePoint == ' ' || codePoint == '\n' || codePoint == '\t';
    }

    /** True where lower case of a word is not the lower case of each of its code points. */
    private static boolean hasContextualCase(int[] points, int n) {
        for (int i = 0; i < n; i++) {
            if (CONTEXTUAL_CASE.indexOf(points[i]) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static int[] lower(int[] points, int n) {
        int[] lower = new int[n];
        for (int i = 0; i < n; i++) {
            int c = points[i];
            lower[i] = c < 128 ? c + (c >= 'A' && c <= 'Z' ? 32 : 0) : Character.toLowerCase(c);
        }
        return lower;
    }
}
