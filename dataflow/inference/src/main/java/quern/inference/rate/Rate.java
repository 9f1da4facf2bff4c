package quern.inference.rate;

import java.util.Arrays;

/**
 * What was measured.
 *
 * @param tokensPerSecond of each round, all streams together
 */
public record Rate(RateTest test, double[] tokensPerSecond) {

    public Rate {
        if (tokensPerSecond.length == 0) {
            throw new IllegalArgumentException("no round of " + test.label() + " was measured");
        }
        tokensPerSecond = tokensPerSecond.clone();
    }

    @Override
    public double[] tokensPerSecond() {
        return tokensPerSecond.clone();
    }

    public double average() {
        return Arrays.stream(tokensPerSecond).average().orElseThrow();
    }

    /** Standard deviation of the sample, 0 for a single round. */
    public double deviation() {
        if (tokensPerSecond.length < 2) {
            return 0;
        }
        double average = average();
        double squares = Arrays.stream(tokensPerSecond).map(rate -> (rate - average) * (rate - average)).sum();
        return Math.sqrt(squares / (tokensPerSecond.length - 1));
    }

    public double median() {
        double[] sorted = tokensPerSecond.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public double best() {
        return Arrays.stream(tokensPerSecond).max().orElseThrow();
    }
}
