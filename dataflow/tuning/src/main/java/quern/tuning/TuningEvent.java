package quern.tuning;

/** What a tuning run tells while it goes on; delivered on the engine's thread or, where
 * files are concerned, on one that writes, to be handed on and not worked on. */
public sealed interface TuningEvent {

    /**
     * @param steps of the whole run
     * @param tokensPerSecond of this step, by the time spent on it
     * @param trainedTokens of all steps made
     */
    record Stepped(StepResult result, int steps, double tokensPerSecond, long trainedTokens) implements TuningEvent {}

    /** The checkpoint behind that step is on disk. @param loss of the step */
    record Saved(int step, double loss) implements TuningEvent {}

    /** A checkpoint cannot be written, which is tried again; told once until one is. */
    record Unsaved(String reason) implements TuningEvent {}

    /**
     * Loss on samples that are not learnt, behind a step.
     *
     * @param tokens it is the mean of
     * @param bestStep behind which it was lowest so far
     * @param endsEarly whether the run ends here, because nothing was better for too long
     */
    record Validated(int step, double loss, long tokens, int bestStep, double bestLoss, boolean endsEarly)
            implements TuningEvent {}

    /** The last step is made; the gate begins. */
    record Evaluating(int heldOutExamples, int questions) implements TuningEvent {}

    /** The gate has decided; the run is done. */
    record Evaluated(Evaluation evaluation) implements TuningEvent {}
}
