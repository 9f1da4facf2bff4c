package quern.actors.tuning;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import quern.actors.Caller;
import quern.actors.curation.ServedText;
import quern.kv.journal.JobRecord;
import quern.tuning.Evaluation;
import quern.tuning.gate.CheckOutcome;

/** Has served models judge what the gate of a job could not tell from the text. Safe for any thread. */
final class GateJudge implements AutoCloseable {

    private final ServedText models;

    /** @param models whom a caller may ask */
    GateJudge(Function<Caller, ServedText> models, JobRecord job, GateSpec spec) {
        this.models = models.apply(
                Caller.of(job.ownership().ownerKeyId(), spec.seesAll(), Optional.empty(), Set.of()));
    }

    /**
     * Asks, where there is something to ask.
     *
     * @param base judges where a check names nobody
     * @param waiting where this waits for answers
     * @param judged gets all outcomes, before the result completes
     */
    CompletionStage<Void> judge(
            Evaluation evaluation, String base, Executor waiting, Consumer<List<CheckOutcome>> judged) {
        return evaluation.undecided() == 0 ? CompletableFuture.completedStage(null)
                : CompletableFuture.runAsync(() ->
                        judged.accept(new CheckPanel(models).judge(evaluation.checks(), base)), waiting);
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        models.close();
    }
}
