package quern.actors.tuning;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.curation.ServedText;
import quern.actors.fleet.ModelHold;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobWork.Working;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.RecordKind;
import quern.tuning.GatedRun;

/**
 * One job that makes an adapter of others, which the gate judges. It is short and comes to the same each time, so that
 * after a restart it begins again.
 *
 * @param <E> what its run tells
 * @param <R> its run
 */
abstract class RemakingWork<E, R extends GatedRun> implements AttachedWork<E> {

    private final House house;
    private final JobRecord job;
    private final String stage;
    private final Function<Caller, ServedText> models;
    private Optional<GateJudge> judge = Optional.empty();
    private House.Running running;
    private R run;
    private JobProgress progress;

    /** @param models whom a caller may ask */
    RemakingWork(House house, JobRecord job, String stage, Function<Caller, ServedText> models) {
        this.house = house;
        this.job = job;
        this.stage = stage;
        this.models = models;
        this.progress = new JobProgress(stage, 0, 0);
    }

    /** An adapter whose base is wanted. */
    abstract String adapterId();

    final House house() {
        return house;
    }

    final JobRecord job() {
        return job;
    }

    final House.Running running() {
        return running;
    }

    final R run() {
        return run;
    }

    /** Where the run writes the adapter. */
    final Path made() {
        return house.stores().directory().jobs().resolve(job.id()).resolve("adapter");
    }

    /** @throws QuernException ERROR if it is gone */
    final AdapterRecord adapter(String id) {
        return house.stores().catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class)
                .orElseThrow(() -> new QuernException(Category.ERROR, "no adapter '" + id + "'"));
    }

    /** Where the run is to go, and whom its gate may ask. */
    final void begin(House.Running with, GateSpec gate) {
        running = with;
        judge = Optional.of(new GateJudge(models, job, gate));
    }

    final R opened(R opened) {
        run = opened;
        return opened;
    }

    final void progressed(int done, int total) {
        progress = new JobProgress(stage, done, total);
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    final Working note(JobNote note) {
        return new Working(progress, List.of(note));
    }

    @Override
    public CompletionStage<ModelHold> hold() {
        return house.holdBase(house.stores().catalogue()
                .get(RecordKind.ADAPTER, adapterId(), AdapterRecord.class)
                .map(AdapterRecord::baseFingerprint).orElse(""));
    }

    @Override
    public JobProgress progress() {
        return progress;
    }

    @Override
    public String afterBreak() {
        return "begins again";
    }

    @Override
    public void cancel() {
        leave();
        run.cancel();
    }

    @Override
    public void leave() {
        judge.ifPresent(GateJudge::close);
    }

    @Override
    public CompletionStage<Void> settle(Executor waiting) {
        return run.evaluation().map(evaluation -> judge.orElseThrow()
                        .judge(evaluation, running.parts().modelId(), waiting, run::settle))
                .orElseGet(() -> CompletableFuture.completedStage(null));
    }
}
