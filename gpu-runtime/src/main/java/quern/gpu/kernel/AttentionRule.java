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
