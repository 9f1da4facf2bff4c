package quern.curation.text;

/**
 * A text and what has been counted about it. Everything is counted in Unicode code points, once, when first asked;
 * several operators then share it. Not safe for several threads.
 */
public final class TextView {

    /** The longest array that a thread keeps for the next text. */
    private static final int KEPT_MAX = 1 << 18;
    private static final int KEPT_MIN = 1 << 13;
    private static final ThreadLocal<int[]> KEPT = new ThreadLocal<>();

    private final String text;
    private int[] codePoints;
    private int codePointCount;
    private int alphanumericCount;
    private int letterCount;
    private int specialCount;
    private int lineCount;
    private int longestLine;
    private int factsOfAny;
    private Words words;
    private Words lowerWords;

    public TextView(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    public int codePointCount() {
        count();
        return codePointCount;
    }

    /** Code points of Unicode categories L and N. */
    public int alphanumericCount() {
        count();
        return alphanumericCount;
    }

    /** Code points of Unicode category L. */
    public int letterCount() {
        count();
        return letterCount;
    }

    /** Special code points: ASCII punctuation, digits and white space, further symbols, emoji of one code point. */
    public int specialCount() {
        count();
        return specialCount;
    }

    /** Lines as Python's {@code splitlines} counts them: a line end at the very end begins no further line. */
    public int lineCount() {
        count();
        return lineCount;
    }

    /** Code points of the longest line without its line end; 0 without a line. */
    public int longestLine() {
        count();
        return longestLine;
    }

    /** Whether one of the code points has a fact of {@link CodePoints}. */
    boolean has(int fact) {
        count();
        return (factsOfAny & fact) != 0;
    }

    /** Code points; only the first {@link #codePointCount()} entries count, and they must not be changed. */
    int[] codePoints() {
        count();
        return codePoints;
    }

    /**
     * Words: the text split at space, line feed and tab, special characters cut off both ends, empty ones left out.
     *
     * @param lowerCase whether the words are lower-cased before the cutting
     */
    public Words words(boolean lowerCase) {
        if (lowerCase) {
            if (lowerWords == null) {
                lowerWords = Words.lower(this);
            }
            return lowerWords;
        }
        if (words == null) {
            words = Words.of(this);
        }
        return words;
    }

    /**
     * Hands its memory on to the thread's next text; what is asked afterwards is counted anew. {@link Words} that were
     * given out must not be used behind it.
     */
    public void release() {
        int[] kept = KEPT.get();
        if (codePoints != null && codePoints.length <= KEPT_MAX && (kept == null || kept.length < codePoints.length)) {
            KEPT.set(codePoints);
        }
        codePoints = null;
        words = null;
        lowerWords = null;
    }

    /** Memory for code points, the thread's own where that is long enough. */
    private static int[] memory(int length) {
        int[] kept = KEPT.get();
        if (kept == null || kept.length < length) {
            return new int[Math.max(KEPT_MIN, length)];
        }
        KEPT.set(null);
        return kept;
    }

    /**
     * The share of repeated n-grams of code points: with {@code u} distinct n-grams, of which {@code once} occur
     * once, the counts of the {@code min(floor(sqrt(u)), u - once)} most frequent ones over all counts; 0 for a text
     * shorter than {@code length}.
     */
    public double characterRepetition(int length) {
        count();
        if (codePointCount < length) {
            return 0.0;
        }
        GramCounter grams = GramCounter.count(codePoints, codePointCount, length);
        int take = Math.min((int) Math.sqrt(grams.distinct()), grams.distinct() - grams.once());
        return take == 0 ? 0.0 : (double) grams.sumOfLargest(take) / grams.total();
    }

    private void count() {
        if (codePoints != null) {
            return;
        }
        int units = text.length();
        int[] points = memory(units);
        int n = 0;
        int letters = 0;
        int alphanumeric = 0;
        int special = 0;
        int any = 0;
        for (int i = 0; i < units; ) {
            int c = text.charAt(i++);
            if (Character.isHighSurrogate((char) c) && i < units && Character.isLowSurrogate(text.charAt(i))) {
                c = Character.toCodePoint((char) c, text.charAt(i++));
            }
            points[n++] = c;
            int facts = CodePoints.facts(c);
            any |= facts;
            alphanumeric += facts & 1;
            special += facts >> 1 & 1;
            letters += facts >> 5 & 1;
        }
        codePoints = points;
        codePointCount = n;
        alphanumericCount = alphanumeric;
        letterCount = letters;
        factsOfAny = any;
        specialCount = special;
        countLines();
    }

    private void countLines() {
        int lines = 0;
        int longest = 0;
        int from = 0;
        for (int i = 0; i < codePointCount; i++) {
            int c = codePoints[i];
            if (c <= '\u2029' && CodePoints.isLineEnd(c)) {
                lines++;
                longest = Math.max(longest, i - from);
                if (c == '\r' && i + 1 < codePointCount && codePoints[i + 1] == '\n') {
                    i++;
                }
                from = i + 1;
            }
        }
        if (from < codePointCount) {
            lines++;
            longest = Math.max(longest, codePointCount - from);
        }
        lineCount = lines;
        longestLine = longest;
    }
}
