package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.DispatcherSelector;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.ServedText;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork;
import quern.actors.jobs.SteppedJob;
import quern.config.QuernException;
import quern.kv.AtomicFile;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.WriteSet;
import quern.tuning.Evaluation;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckAnswer;
import quern.tuning.gate.CheckLimits;
import quern.tuning.gate.CheckOutcome;
import quern.tuning.gate.CheckScore;

/**
 * Puts every check of a file to a served model, and to its base where it is an adapter, some side by side. Answers are
 * kept as they come, so that it goes on after a restart with those that are missing.
 */
public final class EvaluationWork implements JobWork {

    private static final String STAGE = "evaluating";
    private static final String WAITING_DISPATCHER = "quern-waiting";
    private static final long WAIT_MS = 200;
    private static final long WRITE_INTERVAL_NS = 1_000_000_000;

    /** @param models whom the job's owner may ask */
    public static JobStarter starter(House house, Function<Caller, ServedText> models) {
        return SteppedJob.starter((job, system) -> {
            EvaluationSpec spec = RecordText.read(job.specJson(), EvaluationSpec.class);
            List<Check> checks = new GateFiles(house).checks(spec.checksId());
            ServedText asked = models.apply(
                    Caller.of(job.ownership().ownerKeyId(), spec.seesAll(), Optional.empty(), Set.of()));
            return new EvaluationWork(job, spec, checks, asked, house,
                    system.dispatchers().lookup(DispatcherSelector.fromConfig(WAITING_DISPATCHER)));
        });
    }

    private final EvaluationSpec spec;
    private final List<Check> checks;
    private final ServedText models;
    private final CheckPanel panel;
    private final Executor waiting;
    private final int atOnce;
    private final Path directory;
    private final AnswerFile file;
    private final Map<Integer, CheckAnswer> answers;
    private final Deque<Integer> open = new ArrayDeque<>();
    private final Map<Integer, CompletableFuture<CheckAnswer>> running = new HashMap<>();
    private long writtenAtNs = System.nanoTime();
    private boolean told;
    private boolean complete;

    private EvaluationWork(JobRecord job, EvaluationSpec spec, List<Check> checks, ServedText models, House house,
            Executor waiting) throws IOException {
        this.spec = spec;
        this.checks = checks;
        this.models = models;
        this.panel = new CheckPanel(models);
        this.waiting = waiting;
        this.atOnce = house.config().curation().generationParallel();
        this.directory = house.stores().directory().jobs().resolve(job.id());
        this.file = new AnswerFile(directory.resolve("answers.json"));
        this.answers = file.read();
        for (int i = 0; i < questions(); i++) {
            if (!answers.containsKey(i)) {
                open.add(i);
            }
        }
    }

    /** Every check to the model, then every check to its base. */
    private int questions() {
        return checks.size() * (spec.base().isPresent() ? 2 : 1);
    }

    @Override
    public Step step() throws Exception {
        if (!told) {
            told = true;
            return new Working(progress(), List.of(JobNote.info(checks.size() + " checks for " + spec.model()
                    + spec.base().map(base -> " and its base " + base).orElse("")
                    + (answers.isEmpty() ? "" : ", " + answers.size() + " answers are there"))));
        }
        while (running.size() < atOnce && !open.isEmpty()) {
            int index = open.remove();
            running.put(index, CompletableFuture.supplyAsync(() -> answer(index), waiting));
        }
        if (!running.isEmpty()) {
            await();
        }
        if (answers.size() == questions()) {
            if (complete) {
                return new Done(finish());
            }
            complete = true;
            return new Working(progress(), List.of(JobNote.info("every check is answered")));
        }
        if (System.nanoTime() - writtenAtNs > WRITE_INTERVAL_NS) {
            file.write(answers);
            writtenAtNs = System.nanoTime();
        }
        return new Working(progress(), List.of());
    }

    private CheckAnswer answer(int index) {
        Check check = checks.get(index % checks.size());
        CheckAnswer said = panel.ask(check, index < checks.size() ? spec.model() : spec.base().orElseThrow());
        return panel.judge(check, said, spec.base().orElse(spec.model()));
    }

    private void await() throws Exception {
        CompletableFuture.anyOf(running.values().toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, WAIT_MS, TimeUnit.MILLISECONDS).exceptionally(failed -> null).get();
        for (int index : List.copyOf(running.keySet())) {
            if (running.get(index).isDone()) {
                try {
                    answers.put(index, running.remove(index).join());
                } catch (CompletionException failed) {
                    throw failed.getCause() instanceof QuernException known ? known : failed;
                }
            }
        }
    }

    private JobProgress progress() {
        return new JobProgress(STAGE, answers.size(), questions());
    }

    private JobOutcome finish() throws IOException {
        file.write(answers);
        List<CheckOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            outcomes.add(new CheckOutcome(checks.get(i),
                    spec.base().isPresent() ? Optional.of(answers.get(checks.size() + i)) : Optional.empty(),
                    answers.get(i)));
        }
        CheckScore score = CheckScore.of(outcomes);
        List<String> refusals = score.refusals(new CheckLimits(spec.checksMin(), spec.checksLostMax()));
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("model", spec.model());
        spec.base().ifPresent(base -> result.put("base", base));
        result.put("checks_file", spec.checksId()).put("passed", refusals.isEmpty());
        result.set("check_score", score.toJson());
        result.putObject("limits").put("checks_min", spec.checksMin()).put("checks_lost_max", spec.checksLostMax());
        refusals.forEach(result.putArray("refusals")::add);
        ObjectNode details = result.deepCopy();
        outcomes.forEach(outcome -> details.withArray("/checks").add(outcome.toJson()));
        AtomicFile.write(directory.resolve(Evaluation.NAME), details.toPrettyString());
        return new JobOutcome.Succeeded(result.toString(), new WriteSet());
    }

    @Override
    public void close() {
        models.close();
    }
}
