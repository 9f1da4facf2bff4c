package quern.tuning;

/**
 * Whether a run's loss has run away. Its start is the mean loss of the first steps that hold {@value #START_LABELS}
 * learnt tokens together, which is the first step alone where that is large enough. The run is lost once its last
 * steps, at least {@value #ROW_STEPS} and at least {@value #ROW_LABELS} learnt tokens of them in a row, all lie too far
 * above that start: half way to the loss of a model that knows nothing, but at least {@value #RISE_LEAST} and at most
 * {@value #RISE_MOST} nats. A function of the losses alone, so a resumed run judges as if it had never stopped.
 */
final class LossTrend {

    static final double RISE_LEAST = 0.5;
    static final double RISE_MOST = 2.0;
    static final int START_LABELS = 64;
    static final int ROW_STEPS = 8;
    static final int ROW_LABELS = 256;

    private final double ignorant;
    private double startSum;
    private long startLabels;
    private int rowSteps;
    private long rowLabels;
    private double last;

    /** @param vocabulary tokens that a model chooses from; one that knows nothing has the logarithm of it as loss */
    LossTrend(int vocabulary) {
        this.ignorant = Math.log(vocabulary);
    }

    /** @param loss of a step, in nats per token, before its update */
    void add(double loss, int labels) {
        last = loss;
        if (startLabels < START_LABELS) {
            startSum += loss * labels;
            startLabels += labels;
        } else if (loss > start() + rise()) {
            rowSteps++;
            rowLabels += labels;
        } else {
            rowSteps = 0;
            rowLabels = 0;
        }
    }

    /** Whether there is no use in going on. */
    boolean lost() {
        return rowSteps >= ROW_STEPS && rowLabels >= ROW_LABELS;
    }

    /** Whether what the last loss was measured on is worth going back to: it lies at most half of the rise above. */
    boolean sound() {
        return last <= start() + rise() / 2;
    }

    /** How far above its start a loss is too high. */
    double rise() {
        return Math.clamp((ignorant - start()) / 2, RISE_LEAST, RISE_MOST);
    }

    /** Nats per token where it began. */
    double start() {
        return startSum / startLabels;
    }

    /** Steps in a row that lie too high. */
    int rowSteps() {
        return rowSteps;
    }
}
