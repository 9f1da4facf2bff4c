package quern.gpu.kernel;

/**
 * How scores of attention are made and which positions take part.
 *
 * @param scale multiplies each score, usually {@code 1 / sqrt(headSize)}
 * @param windowTokens a row sees itself and {@code windowTokens - 1} positions before it (Mistral 7B, arXiv
 *     2310.06825); 0: every position up to its own
 * @param softcap scores become {@code softcap * tanh(score / softcap)} (Gemma 2, arXiv 2408.00118); 0: they stay
 */
public record AttentionRule(float scale, int windowTokens, float softcap) {

    /**
     * Positions that share one softmax: a row's positions are taken in sections that begin at multiples of this, and
     * the sections are merged in order (Milakov and Gimelshein, arXiv 1805.02867).
     */
    public static final int SECTION_TOKENS = 128;

    public AttentionRule {
        if (windowTokens < 0 || !(softcap >= 0)) {
            throw new IllegalArgumentException(
                    "window of " + windowTokens + " tokens, softcap " + softcap + ", expected both from 0");
        }
    }

    /** Every position, plain scores. */
    public static AttentionRule full(float scale) {
        return new AttentionRule(scale, 0, 0f);
    }

    /** First position that a row at {@code position} sees. */
    public int firstOf(int position) {
        return windowTokens == 0 ? 0 : Math.max(0, position - windowTokens + 1);
    }
}
