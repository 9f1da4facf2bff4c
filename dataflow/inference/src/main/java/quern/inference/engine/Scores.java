package quern.inference.engine;

import java.util.Arrays;

/** Log-probabilities of a prompt's tokens in the making, filled in order. */
final class Scores {

    private final int from;
    private final double[] logprobs;
    private int count;

    /**
     * @param from first token that counts
     * @param tokens of the prompt
     */
    Scores(int from, int tokens) {
        this.from = from;
        this.logprobs = new double[tokens - from];
    }

    /** Whether what stands at {@code position} predicts a token that counts. */
    boolean wants(int position) {
        return position + 1 >= from && position + 1 < from + logprobs.length;
    }

    void add(double logprob) {
        logprobs[count++] = logprob;
    }

    /** Forgets what was added. */
    void clear() {
        count = 0;
        Arrays.fill(logprobs, 0);
    }

    double[] logprobs() {
        return logprobs.clone();
    }
}
