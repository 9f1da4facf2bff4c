package quern.inference.engine;

import java.util.List;

/**
 * What one step computes.
 *
 * @param slices decodes first, then prompt chunks
 */
record StepPlan(List<Slice> slices) {

    /** Tokens {@code from} (inclusive) to {@code to} (exclusive) of a sequence; the next is drawn if none is left. */
    record Slice(Sequence sequence, int from, int to) {

        int rows() {
            return to - from;
        }

        boolean draws() {
            return to == sequence.count();
        }
    }

    int rows() {
        return slices.stream().mapToInt(Slice::rows).sum();
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }
}
