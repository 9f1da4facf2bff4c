package quern.tuning;

import java.util.ArrayList;
import java.util.List;
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

    /** Steps made. */
    public int step() {
        return step;
    }

    void stepTo(int steps) {
        step = steps;
    }
}
