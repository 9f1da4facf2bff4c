package quern.inference.engine;

/** How often guesses of one kind were right, the latest weighing most. */
final class HitRate {

    private final double decay;
    private double right;
    private double judged;

    /** @param memory guesses after which one weighs about a third */
    HitRate(double memory) {
        this.decay = 1 - 1 / memory;
    }

    void record(boolean hit) {
        right = decay * right + (hit ? 1 : 0);
        judged = decay * judged + 1;
    }

    /** @param prior what is expected where nothing was judged, {@code weight} the guesses it stands for */
    double share(double prior, double weight) {
        return (prior * weight + right) / (weight + judged);
    }
}
