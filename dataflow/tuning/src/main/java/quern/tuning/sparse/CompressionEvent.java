package quern.tuning.sparse;

import quern.tuning.Evaluation;

/** What a compression tells of itself. */
public sealed interface CompressionEvent {

    /** @param loss held-out, of the adapter as it is, in nats per token */
    record Begun(double loss, double lossMax) implements CompressionEvent {}

    /**
     * A candidate was measured.
     *
     * @param steps how many there are at most
     */
    record Measured(DensityChoice.Measured candidate, int step, int steps) implements CompressionEvent {}

    /** A candidate is trained further. */
    record Refining(DensityChoice.Candidate candidate) implements CompressionEvent {}

    /** The chosen one goes through the gate. */
    record Evaluating(DensityChoice.Measured chosen) implements CompressionEvent {}

    record Evaluated(Evaluation evaluation) implements CompressionEvent {}
}
