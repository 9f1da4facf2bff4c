package quern.tuning;

import java.util.List;
import quern.config.TuningOptimizer;
import quern.gpu.kernel.CodedRows;

/** What an optimizer remembers of one parameter's gradients. */
public sealed interface Moments {

    /** Running means of gradients and of their squares. */
    record AdamW(float[] first, float[] second) implements Moments {}

    /** The same in a byte each. */
    record CodedAdamW(CodedRows first, CodedRows second) implements Moments {}

    /** One running mean. */
    record Lion(float[] momentum) implements Moments {}

    /** Nothing. */
    record None() implements Moments {}

    /** Nothing yet. @param size elements of the parameter */
    static Moments of(TuningOptimizer optimizer, int size) {
        return switch (optimizer) {
            case ADAMW -> new AdamW(new float[size], new float[size]);
            case ADAMW8BIT -> new CodedAdamW(CodedRows.zeros(size), CodedRows.zeros(size));
            case MEZO -> new None();
            case LION -> new Lion(new float[size]);
        };
    }

    /** All floats, as they lie in a checkpoint. */
    default List<float[]> arrays() {
        return switch (this) {
            case AdamW adam -> List.of(adam.first, adam.second);
            case CodedAdamW adam -> List.of(adam.first.maxima(), adam.second.maxima());
            case None none -> List.of();
            case Lion lion -> List.of(lion.momentum);
        };
    }

    /** All numbers of a byte, which lie behind them. */
    default List<byte[]> codes() {
        return switch (this) {
            case CodedAdamW adam -> List.of(adam.first.codes(), adam.second.codes());
            case AdamW adam -> List.of();
            case None none -> List.of();
            case Lion lion -> List.of();
        };
    }

    /** Memory of all of them. */
    default long bytes() {
        return arrays().stream().mapToLong(array -> 4L * array.length).sum()
                + codes().stream().mapToLong(array -> array.length).sum();
    }
}
