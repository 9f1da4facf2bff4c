package quern.tuning;

import java.util.List;
import java.util.Optional;
import quern.inference.StepWork;
import quern.tuning.gate.CheckOutcome;

/** Work in the engine's steps that makes an adapter and ends with the gate's decision on it. */
public interface GatedRun extends StepWork {

    /** Lets go at the next slice, which does nothing. From any thread. */
    void cancel();

    /** The gate's decision; empty if there is nothing to decide on, or not yet. */
    Optional<Evaluation> evaluation();

    /** Takes verdicts that the gate had to leave open, once it is done. Tells the decision. From any thread. */
    void settle(List<CheckOutcome> judged);
}
