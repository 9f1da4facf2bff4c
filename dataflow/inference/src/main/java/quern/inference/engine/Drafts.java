package quern.inference.engine;

/**
 * What a sequence's own text says will come next, and how often that was right. A text that repeats itself (quotes,
 * code, lists, records) is guessed from what followed its last tokens before (prompt lookup, Saxena 2023; compare
 * Lookahead Decoding, Fu et al., arXiv 2402.02057).
 */
final class Drafts {

    static final int[] NONE = new int[0];

    private static final double WEIGHT = 0.1;

    private final NgramIndex index = new NgramIndex();
    /** Share of guessed tokens that were right, the latest weighing most; hopeful at first. */
    private double rightShare = 0.6;

    /** Up to {@code max} tokens that may follow the first {@code count}; none if the text's end is new. */
    int[] guess(int[] tokens, int count, int max) {
        int from = index.find(tokens, count);
        if (from < 0 || max < 1) {
            return NONE;
        }
        int[] guess = new int[max];
        for (int i = 0; i < max; i++) {
            guess[i] = from + i < count ? tokens[from + i] : guess[from + i - count];
        }
        return guess;
    }

    /** Guessed tokens that will be right, of {@code length}: each only if those before it are. */
    double expected(int length) {
        double sum = 0;
        double all = 1;
        for (int i = 0; i < length; i++) {
            all *= rightShare;
            sum += all;
        }
        return sum;
    }

    /** @param right leading tokens of the guess that were drawn */
    void record(int guessed, int right) {
        int judged = Math.min(guessed, right + 1);
        for (int i = 0; i < judged; i++) {
            rightShare += WEIGHT * ((i < right ? 1 : 0) - rightShare);
        }
    }

    /** A sequence whose guesses failed gets a new chance as its text goes on. */
    void forget() {
        rightShare += 0.01 * (0.6 - rightShare);
    }
}
