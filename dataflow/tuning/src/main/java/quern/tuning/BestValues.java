package quern.tuning;

import java.util.List;
import quern.tuning.network.Parameter;

/** What validation has found while a run goes on: the best values so far, and how long nothing was better. */
final class BestValues {

    private final float[][] values;
    private double loss = Double.POSITIVE_INFINITY;
    private int step;
    private int measuredStep;
    private int staleCount;

    /** @param kept parameters whose values are kept; empty: only what was found */
    BestValues(List<Parameter> kept) {
        this.values = kept.stream().map(parameter -> new float[parameter.size()]).toArray(float[][]::new);
    }

    /** Takes a loss that was measured on the parameters as they are behind that step. */
    void measured(int behind, double found, List<Parameter> parameters) {
        measuredStep = behind;
        // A loss that is no number is no better one.
        if (found < loss) {
            loss = found;
            step = behind;
            staleCount = 0;
            for (int i = 0; i < values.length; i++) {
                System.arraycopy(parameters.get(i).values().values(), 0, values[i], 0, values[i].length);
            }
        } else {
            staleCount++;
        }
    }

    /** Puts the best values back, if there are any. */
    void restore(List<Parameter> parameters) {
        for (int i = 0; i < values.length && step > 0; i++) {
            System.arraycopy(values[i], 0, parameters.get(i).values().values(), 0, values[i].length);
        }
    }

    void take(BestValues other) {
        set(other.loss, other.step, other.measuredStep, other.staleCount);
        for (int i = 0; i < values.length; i++) {
            System.arraycopy(other.values[i], 0, values[i], 0, values[i].length);
        }
    }

    void set(double bestLoss, int bestStep, int lastMeasured, int stale) {
        loss = bestLoss;
        step = bestStep;
        measuredStep = lastMeasured;
        staleCount = stale;
    }

    float[][] values() {
        return values;
    }

    /** The best one; infinite before there was one. */
    double loss() {
        return loss;
    }

    /** Step behind which it was measured. */
    int step() {
        return step;
    }

    /** Step behind which was measured last. */
    int measuredStep() {
        return measuredStep;
    }

    /** Measurements since the best one. */
    int staleCount() {
        return staleCount;
    }
}
