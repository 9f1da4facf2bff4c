package quern.inference.rate;

/**
 * One figure to measure, named as llama-bench names it: {@code pp512} reads prompts of 512 tokens, {@code tg64} draws
 * 64 tokens; {@code x8} with eight streams at once, {@code @d2048} behind 2048 tokens that are in the cache already,
 * {@code shared} if these are the same ones for all streams.
 *
 * @param reads whether prompts are read or answers are drawn
 * @param tokens of each stream
 * @param depthTokens of each stream, computed before
 */
public record RateTest(boolean reads, int tokens, int streams, int depthTokens, boolean shared) {

    public RateTest {
        if (tokens < 1 || streams < 1 || depthTokens < 0) {
            throw new IllegalArgumentException(
                    tokens + " tokens, " + streams + " streams, depth " + depthTokens + "; expected 1, 1, 0 or more");
        }
    }

    public static RateTest prompt(int tokens) {
        return new RateTest(true, tokens, 1, 0, false);
    }

    public static RateTest answer(int tokens) {
        return new RateTest(false, tokens, 1, 0, false);
    }

    public RateTest withStreams(int count) {
        return new RateTest(reads, tokens, count, depthTokens, shared);
    }

    /** @param same for all streams */
    public RateTest behind(int depth, boolean same) {
        return new RateTest(reads, tokens, streams, depth, same);
    }

    /** Such as {@code tg64x8@d2048 shared}. */
    public String label() {
        return (reads ? "pp" : "tg") + tokens + (streams > 1 ? "x" + streams : "")
                + (depthTokens > 0 ? "@d" + depthTokens : "") + (shared ? " shared" : "");
    }

    /** Tokens of one stream when it ends: an answer begins behind one token of prompt and one that is not timed. */
    public int contextTokens() {
        return depthTokens + tokens + (reads ? 1 : 2);
    }
}
