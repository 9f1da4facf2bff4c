package quern.tuning;

import java.util.List;
import quern.tuning.network.PackedBatch;

/** Makes a run's optimizer steps, each a slice at a time. One thread, the engine's. */
interface StepMaker {

    /** What the steps change. */
    TrainingState state();

    /** @param batches of the whole step, with at least one counted token, which the mean is over */
    void begin(List<PackedBatch> batches);

    /** Goes on with the step that was begun; as {@link quern.inference.StepWork#slice}. */
    int slice(int tokensMax, long nanosMax);

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    long pieceNanos();

    /** Whether all of the step's batches were seen. */
    boolean ready();

    /** What the step that is {@link #ready} has found. */
    StepResult measure();

    /** Ends the step with what {@link #measure} found, which must be finite. */
    void apply(StepResult result);
}
