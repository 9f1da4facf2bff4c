package quern.inference.perplexity;

/** Mean of numbers that come one by one, and the standard error of that mean. */
final class Moments {

    private long count;
    private double sum;
    private double squares;

    void add(double value) {
        count++;
        sum += value;
        squares += value * value;
    }

    long count() {
        return count;
    }

    double mean() {
        return count == 0 ? Double.NaN : sum / count;
    }

    double error() {
        double variance = squares / count - mean() * mean();
        return count < 2 || !(variance > 0) ? 0 : Math.sqrt(variance / (count - 1));
    }
}
