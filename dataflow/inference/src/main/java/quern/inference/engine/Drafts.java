package quern.inference.engine;

import java.util.Arrays;

/**
 * What a sequence's own text says will come next, and how often that was right. A text that repeats itself (quotes,
 * code, lists, records) is guessed from what followed its last tokens before (prompt lookup, Saxena 2023; compare
 * Lookahead Decoding, Fu et al., arXiv 2402.02057).
 *
 * <p>Every guess is judged by what came, whether it was computed ahead or not: a text that does not repeat itself costs
 * nothing but the looking up, and one that begins to is noticed at once.
 */
final class Drafts {

    static final int[] NONE = new int[0];

    /** What the first guesses of a sequence are worth, in guesses, beside its own. */
    private static final double PRIOR_WEIGHT = 2;
    private static final double MEMORY = 20;

    private final NgramIndex index = new NgramIndex();
    private final HitRate[] rates = new HitRate[NgramIndex.LENGTHS.length];
    private int[] guess = NONE;
    private int guessedAt;
    private int kind;

    Drafts() {
        Arrays.setAll(rates, i -> new HitRate(MEMORY));
    }

    /**
     * Up to {@code max} tokens that may follow the first {@code count}; none if the text's end is new.
     *
     * @param common gets what the last guess was worth
     */
    int[] guess(int[] tokens, int count, int max, GuessRates common) {
        judge(tokens, count, common);
        index.take(tokens, count);
        for (kind = 0; kind < NgramIndex.LENGTHS.length && max > 0; kind++) {
            int from = index.find(tokens, count, kind);
            if (from >= 0) {
                guess = new int[max];
                guessedAt = count;
                for (int i = 0; i < max; i++) {
                    guess[i] = from + i < count ? tokens[from + i] : guess[from + i - count];
                }
                return guess;
            }
        }
        return NONE;
    }

    private void judge(int[] tokens, int count, GuessRates common) {
        boolean right = true;
        for (int i = 0; right && i < guess.length && guessedAt + i < count; i++) {
            right = tokens[guessedAt + i] == guess[i];
            rates[kind].record(right);
            common.record(kind, right);
        }
        guess = NONE;
    }

    /** Tokens of the last guess that will be right, of its first {@code length}: each only if those before it are. */
    double expected(int length, GuessRates common) {
        if (length == 0) {
            return 0;
        }
        double share = rates[kind].share(common.share(kind), PRIOR_WEIGHT);
        return share * (1 - Math.pow(share, length)) / (1 - share);
    }
}
