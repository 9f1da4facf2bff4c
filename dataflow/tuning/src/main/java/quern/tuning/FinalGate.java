package quern.tuning;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import quern.tuning.gate.CheckOutcome;

/**
 * The gate at the end of a run: what it measures is kept in a file, and told once nothing is left to judge. The
 * engine's thread calls {@link #slice}.
 */
public final class FinalGate {

    private final EvaluationGate gate;
    private final Path file;
    private final Runnable passing;
    private final Consumer<Evaluation> decided;
    private volatile Evaluation evaluation;

    /**
     * @param file where the evaluation is kept
     * @param passing called once everything is measured, before anybody is told: it writes the adapter
     * @param decided gets the decision
     */
    public FinalGate(EvaluationGate gate, Path file, Runnable passing, Consumer<Evaluation> decided) {
        this.gate = gate;
        this.file = file;
        this.passing = passing;
        this.decided = decided;
    }

    /** As {@link quern.inference.StepWork#slice}. */
    public int slice(int tokensMax, long nanosMax) {
        int used = gate.slice(tokensMax, nanosMax);
        if (gate.done()) {
            passing.run();
            Evaluation measured = gate.result();
            measured.write(file);
            evaluation = measured;
            if (measured.undecided() == 0) {
                decided.accept(measured);
            }
        }
        return used;
    }

    /** As {@link quern.inference.StepWork#pieceNanos}. */
    public long pieceNanos() {
        return gate.pieceNanos();
    }

    /** As {@link GatedRun#settle}. */
    public void settle(List<CheckOutcome> judged) {
        Evaluation settled = evaluation.settled(judged);
        settled.write(file);
        evaluation = settled;
        decided.accept(settled);
    }

    /** Empty before all is measured. */
    public Optional<Evaluation> evaluation() {
        return Optional.ofNullable(evaluation);
    }
}
