package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.config.TuningOptimizer;
import quern.gpu.tensor.Rows;
import quern.tuning.network.Parameter;

/** What an optimizer changes: the parameters, their moments, and how many steps were made. */
public final class TrainingState {

    private final List<Parameter> parameters;
    private final TuningOptimizer optimizer;
    private final List<Moments> moments = new ArrayList<>();
    private Optional<BestValues> best = Optional.empty();
    private int step;

    public TrainingState(List<Parameter> parameters, TuningOptimizer optimizer) {
        this.parameters = List.copyOf(parameters);
        this.optimizer = optimizer;
        for (Parameter parameter : parameters) {
            moments.add(Moments.of(optimizer, parameter.size()));
        }
    }

    /** Whose moments they are. */
    public TuningOptimizer optimizer() {
        return optimizer;
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** Of parameter {@code index}. */
    public Moments moments(int index) {
        return moments.get(index);
    }

    /** From now on what validation finds belongs to the state. @param values whether the best values are kept */
    void keepBest(boolean values) {
        best = Optional.of(new BestValues(values ? parameters : List.of()));
    }

    Optional<BestValues> best() {
        return best;
    }

    /** Memory of all moments. */
    public long momentBytes() {
        return moments.stream().mapToLong(Moments::bytes).sum();
    }

    /** Another one of the same shape to copy into; gradients are shared, values and moments are its own. */
    TrainingState twin() {
        TrainingState twin = new TrainingState(parameters.stream().map(parameter -> new Parameter(
                parameter.name(), new Rows(parameter.values().count(), parameter.values().width()),
                parameter.gradients(), parameter.decays())).toList(), optimizer);
        best.ifPresent(found -> twin.keepBest(found.values().length > 0));
        return twin;
    }

    /** Becomes equal to a state of the same shape. */
    void take(TrainingState other) {
        for (int i = 0; i < parameters.size(); i++) {
            copy(other.parameters.get(i).values().values(), parameters.get(i).values().values());
            List<float[]> own = moments(i).arrays();
            List<float[]> others = other.moments(i).arrays();
            for (int a = 0; a < own.size(); a++) {
                copy(others.get(a), own.get(a));
            }
            List<byte[]> ownCodes = moments(i).codes();
            for (int a = 0; a < ownCodes.size(); a++) {
                System.arraycopy(other.moments(i).codes().get(a), 0, ownCodes.get(a), 0, ownCodes.get(a).length);
            }
        }
        best.ifPresent(found -> found.take(other.best.orElseThrow()));
        step = other.step;
    }

    private static void copy(float[] from, float[] to) {
        System.arraycopy(from, 0, to, 0, to.length);
    }

    /** Steps made. */
    public int step() {
        return step;
    }

    void stepTo(int steps) {
        step = steps;
    }
}
