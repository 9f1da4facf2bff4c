package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import quern.gpu.tensor.Rows;
import quern.tuning.network.Parameter;

/** What an optimizer changes: the parameters, their moments, and how many steps were made. */
public final class TrainingState {

    private final List<Parameter> parameters;
    private final List<float[]> firstMoments = new ArrayList<>();
    private final List<float[]> secondMoments = new ArrayList<>();
    private int step;

    public TrainingState(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
        for (Parameter parameter : parameters) {
            firstMoments.add(new float[parameter.size()]);
            secondMoments.add(new float[parameter.size()]);
        }
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** Of parameter {@code index}. */
    public float[] firstMoments(int index) {
        return firstMoments.get(index);
    }

    /** Of parameter {@code index}. */
    public float[] secondMoments(int index) {
        return secondMoments.get(index);
    }

    /** Another one of the same shape to copy into; gradients are shared, values and moments are its own. */
    TrainingState twin() {
        return new TrainingState(parameters.stream().map(parameter -> new Parameter(
                parameter.name(), new Rows(parameter.values().count(), parameter.values().width()),
                parameter.gradients(), parameter.decays())).toList());
    }

    /** Becomes equal to a state of the same shape. */
    void take(TrainingState other) {
        for (int i = 0; i < parameters.size(); i++) {
            copy(other.parameters.get(i).values().values(), parameters.get(i).values().values());
            copy(other.firstMoments(i), firstMoments(i));
            copy(other.secondMoments(i), secondMoments(i));
        }
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
