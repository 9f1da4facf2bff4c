package quern.tuning;

import java.util.List;
import quern.config.TuningOptimizer;

/** What an optimizer remembers of one parameter's gradients. */
public sealed interface Moments {

    /** Running means of gradients and of their squares. */
    record AdamW(float[] first, float[] second) implements Moments {}

    /** One running mean. */
    record Lion(float[] momentum) implements Moments {}

    /** Nothing yet. @param size elements of the parameter */
    static Moments of(TuningOptimizer optimizer, int size) {
        return switch (optimizer) {
            case ADAMW -> new AdamW(new float[size], new float[size]);
            case LION -> new Lion(new float[size]);
        };
    }

    /** All numbers, as they lie in a checkpoint. */
    default List<float[]> arrays() {
        return switch (this) {
            case AdamW adam -> List.of(adam.first, adam.second);
            case Lion lion -> List.of(lion.momentum);
        };
    }
}
