package quern.inference.engine;

import java.util.List;

/**
 * What one step computes.
 *
 * @param slices decodes first, then prompt chunks
 */
record StepPlan(List<Slice> slices) {

    /**
     * Tokens {@code from} (inclusive) to {@code to} (exclusive) of a sequence; the next is drawn if none is left.
     *
     * @param draft guessed tokens behind the last, checked in the same step; only with a drawing slice
     */
    record Slice(Sequence sequence, int from, int to, int[] draft) {

        /** Without guesses. */
        Slice(Sequence sequence, int from, int to) {
            this(sequence, from, to, Drafts.NONE);
        }

        int rows() {
            return to - from;
        }

        boolean draws() {
            return to == sequence.count();
        }
    }

    /** Guesses included. */
    int rows() {
        return slices.stream().mapToInt(slice -> slice.rows() + slice.draft.length).sum();
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }
}
