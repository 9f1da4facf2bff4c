package quern.tuning.merge;

import quern.tuning.Evaluation;

/** What a merge tells of itself. */
public sealed interface MergeEvent {

    /**
     * One of the adapters was measured.
     *
     * @param loss held-out, in nats per token
     * @param done adapters measured so far
     */
    record Measured(String id, double loss, int done, int adapters) implements MergeEvent {}

    /** The sum goes through the gate. */
    record Evaluating(int rank) implements MergeEvent {}

    record Evaluated(Evaluation evaluation) implements MergeEvent {}
}
