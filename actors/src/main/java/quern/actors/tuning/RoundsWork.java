package quern.actors.tuning;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.House;
import quern.actors.RecordText;
import quern.actors.curation.FailedChecks;
import quern.actors.jobs.JobNote;
import quern.actors.jobs.JobOutcome;
import quern.actors.jobs.JobQueue;
import quern.actors.jobs.JobStarter;
import quern.actors.jobs.JobWork;
import quern.actors.jobs.SteppedJob;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.AtomicFile;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;
import quern.tuning.Evaluation;

/**
 * Tuning in rounds (Lee et al., LLM2LLM, arXiv 2403.15042): asks the model what it is to know, has pairs written from
 * what it answered wrong, tunes on them besides all before, and lets the gate decide; then the same with what came of
 * it. Each of the three is a job of the queue with a record of its own. This one keeps their ids, in order, and asks
 * for the next when one has ended, so that whatever the process meets, each is asked for once.
 */
public final class RoundsWork implements JobWork {

    private static final String FILE = "rounds.json";
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(30);
    private static final long LOOK_MS = 200;
    /** Evaluating, writing pairs, tuning. */
    private static final int STEPS = 3;
    private static final int PAGE = 256;

    /** A starter of such jobs. */
    public static JobStarter starter(House house) {
        return (job, queue) -> SteppedJob.starter((begun, system) -> new RoundsWork(house, begun, queue, system))
                .start(job, queue);
    }

    private final House house;
    private final Catalogue catalogue;
    private final JobRecord job;
    private final RoundsSpec spec;
    private final ActorRef<JobQueue.Command> queue;
    private final ActorSystem<?> system;
    private final Path file;
    private final List<String> asked = new ArrayList<>();

    private RoundsWork(House house, JobRecord job, ActorRef<JobQueue.Command> queue, ActorSystem<?> system)
            throws IOException {
        this.house = house;
        this.catalogue = house.stores().catalogue();
        this.job = job;
        this.spec = RecordText.read(job.specJson(), RoundsSpec.class);
        this.queue = queue;
        this.system = system;
        this.file = house.stores().directory().jobs().resolve(job.id()).resolve(FILE);
        if (Files.exists(file)) {
            asked.addAll(List.of(RecordText.read(Files.readString(file), String[].class)));
        }
    }

    /** As far as it has come: what of each round is there. */
    private record Round(
            int number, Optional<JobRecord> evaluation, Optional<JobRecord> curation, Optional<JobRecord> tuning) {}

    /** What ends it. */
    private record End(String why, boolean good) {}

    @Override
    public Step step() throws Exception {
        if (!asked.isEmpty() && !record(asked.getLast()).state().terminal()) {
            Thread.sleep(LOOK_MS);
            return new Working(progress(), List.of());
        }
        List<Round> rounds = rounds();
        Optional<End> end = end(rounds);
        if (end.isPresent()) {
            return new Done(outcome(rounds, end.get()));
        }
        return switch (asked.size() % STEPS) {
            case 0 -> ask(JobKind.EVALUATE, RecordText.write(new EvaluationSpec(
                    model(rounds), Optional.empty(), spec.practiceId(), 0, Integer.MAX_VALUE, spec.seesAll())),
                    text("round %d of %d: asking %s what it knows", rounds.size() + 1, spec.rounds(), model(rounds)));
            case 1 -> {
                JobRecord evaluation = rounds.getLast().evaluation().orElseThrow();
                int failures = failed(evaluation).count();
                yield ask(JobKind.CURATE, RecordText.write(FailureOrder.of(catalogue, evaluation, failures,
                        spec.pairs(), spec.tuning().suffix() + "-round-" + rounds.size(), datasets(rounds),
                        spec.seesAll())), text("round %d: %d questions were answered wrong; pairs are written of them",
                        rounds.size(), failures));
            }
            default -> ask(JobKind.TUNE, tuning(rounds), text("round %d: %d pairs are new; tuning on all there are",
                    rounds.size(), kept(rounds.getLast())));
        };
    }

    private Step ask(JobKind kind, String specJson, String note) throws Exception {
        Optional<String> id = submitted(kind, specJson);
        if (id.isEmpty()) {
            JobQueue.SubmitReply reply = AskPattern.<JobQueue.Command, JobQueue.SubmitReply>ask(queue,
                    replyTo -> new JobQueue.Submit(kind, specJson, job.ownership(), replyTo), ASK_TIMEOUT,
                    system.scheduler()).toCompletableFuture().join();
            if (!(reply instanceof JobQueue.Accepted accepted)) {
                Thread.sleep(LOOK_MS);
                return new Working(progress(), List.of());
            }
            id = Optional.of(accepted.job().id());
        }
        asked.add(id.get());
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, RecordText.write(asked));
        return new Working(progress(), List.of(JobNote.info(note + " (" + id.get() + ")")));
    }

    /** One that was asked for before a crash, and not written down. */
    private Optional<String> submitted(JobKind kind, String specJson) {
        String before = "";
        while (true) {
            List<JobRecord> page = catalogue.listDescending(RecordKind.JOB, before, PAGE, JobRecord.class);
            Optional<String> found = page.stream().filter(one -> isSame(one, kind, specJson)).map(JobRecord::id)
                    .findFirst();
            if (found.isPresent() || page.size() < PAGE) {
                return found;
            }
            before = page.getLast().id();
        }
    }

    private boolean isSame(JobRecord one, JobKind kind, String specJson) {
        return one.createdAtMs() >= job.createdAtMs() && one.kind() == kind && !asked.contains(one.id())
                && one.specJson().equals(specJson)
                && one.ownership().ownerKeyId().equals(job.ownership().ownerKeyId());
    }

    private JobRecord record(String id) {
        return catalogue.get(RecordKind.JOB, id, JobRecord.class).orElseThrow(
                () -> new QuernException(Category.ERROR, "the record of job '" + id + "' is gone"));
    }

    private List<Round> rounds() {
        List<Round> rounds = new ArrayList<>();
        for (int at = 0; at < asked.size(); at += STEPS) {
            rounds.add(new Round(rounds.size() + 1, at(at), at(at + 1), at(at + 2)));
        }
        return rounds;
    }

    private Optional<JobRecord> at(int index) {
        return index < asked.size() ? Optional.of(record(asked.get(index))) : Optional.empty();
    }

    /** Whether it ends here; the last job that was asked for has ended. */
    private Optional<End> end(List<Round> rounds) {
        if (rounds.isEmpty()) {
            return Optional.empty();
        }
        Round last = rounds.getLast();
        boolean any = rounds.stream().anyMatch(round -> adapter(round).isPresent());
        JobRecord ended = record(asked.getLast());
        if (last.tuning().isPresent() && adapter(last).isEmpty() && ended.resultJson().isPresent()) {
            return Optional.of(new End("round " + last.number() + ": " + ended.error().orElse("refused"), any));
        }
        if (ended.state() != JobState.SUCCEEDED) {
            throw new QuernException(Category.ERROR, "round " + last.number() + ": job " + ended.id() + " "
                    + ended.error().orElse("was cancelled"));
        }
        if (last.tuning().isPresent()) {
            return rounds.size() < spec.rounds() ? Optional.empty() : Optional.of(new End("all rounds are done", true));
        }
        if (last.curation().isPresent()) {
            return kept(last) > 0 ? Optional.empty() : Optional.of(new End("round " + last.number()
                    + ": no pair was kept of what was written, there is nothing new to learn", any));
        }
        return failed(ended).count() > 0 ? Optional.empty() : Optional.of(new End("no failures are left", true));
    }

    private FailedChecks failed(JobRecord evaluation) {
        return FailedChecks.read(house.stores().directory().jobs().resolve(evaluation.id()).resolve(Evaluation.NAME),
                evaluation.id());
    }

    private static ObjectNode result(Optional<JobRecord> of) {
        return of.flatMap(JobRecord::resultJson).map(text -> RecordText.read(text, ObjectNode.class))
                .orElseGet(JsonNodeFactory.instance::objectNode);
    }

    private static long kept(Round round) {
        return result(round.curation()).path("report").path("kept").asLong();
    }

    /** The adapter that went live. */
    private static Optional<String> adapter(Round round) {
        return Optional.ofNullable(result(round.tuning()).path("fine_tuned_model").textValue());
    }

    private String model(List<Round> rounds) {
        return rounds.stream().flatMap(round -> adapter(round).stream()).reduce((_, newer) -> newer)
                .orElse(spec.tuning().model());
    }

    /** All that is learnt from: what was given, then what the rounds wrote. */
    private List<String> datasets(List<Round> rounds) {
        List<String> datasets = new ArrayList<>(spec.tuning().trainingIds());
        rounds.stream().map(round -> result(round.curation()).path("dataset_id").asText(""))
                .filter(id -> !id.isEmpty()).forEach(datasets::add);
        return datasets;
    }

    private String tuning(List<Round> rounds) {
        List<String> all = datasets(rounds);
        ObjectNode tuned = RecordText.read(RecordText.write(spec.tuning()), ObjectNode.class);
        tuned.put("trainingId", all.getLast());
        ArrayNode alsoOn = tuned.withObject("/standing").putArray("alsoOn");
        all.subList(0, all.size() - 1).forEach(alsoOn::add);
        tuned.withObject("/metadata").put("round", job.id() + "#" + rounds.size());
        return RecordText.write(RecordText.read(tuned.toString(), TuningSpec.class));
    }

    private JobOutcome outcome(List<Round> rounds, End end) {
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("ended", end.why())
                .put("adapter", rounds.stream().flatMap(round -> adapter(round).stream())
                        .reduce((_, newer) -> newer).orElse(null));
        for (Round round : rounds) {
            ObjectNode one = result.withArray("/rounds").addObject().put("round", round.number());
            ObjectNode evaluated = result(round.evaluation());
            one.put("model", evaluated.path("model").asText())
                    .put("checks", evaluated.path("check_score").path("checks").asInt())
                    .put("failures", round.evaluation().map(done -> failed(done).count()).orElse(0));
            round.curation().ifPresent(made -> one.put("pairs", kept(round))
                    .put("dataset", result(round.curation()).path("dataset_id").asText()));
            round.tuning().ifPresent(made -> one.put("adapter", result(round.tuning()).path("adapter").asText())
                    .put("passed", adapter(round).isPresent())
                    .set("held_out_loss", result(round.tuning()).path("gate").path("tuned_held_out_loss")));
            ArrayNode jobs = one.putArray("jobs");
            List.of(round.evaluation(), round.curation(), round.tuning()).forEach(
                    of -> of.map(JobRecord::id).ifPresent(jobs::add));
        }
        return end.good() ? new JobOutcome.Succeeded(result.toString(), new WriteSet())
                : new JobOutcome.Refused(end.why(), result.toString(), new WriteSet());
    }

    private JobProgress progress() {
        String stage = asked.isEmpty() ? "asking" : switch ((asked.size() - 1) % STEPS) {
            case 0 -> "asking";
            case 1 -> "writing pairs";
            default -> "tuning";
        };
        return new JobProgress("round " + (1 + Math.max(0, asked.size() - 1) / STEPS) + ", " + stage,
                Math.max(0, asked.size() - 1), STEPS * spec.rounds());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Where the whole is given up, so is what it asked for; where the process ends, that goes on with the next. */
    @Override
    public void close() {
        boolean givenUp = catalogue.get(RecordKind.JOB, job.id(), JobRecord.class)
                .filter(now -> now.state() == JobState.CANCELLING).isPresent();
        if (givenUp && !asked.isEmpty()) {
            queue.tell(new JobQueue.Cancel(asked.getLast(), system.ignoreRef()));
        }
    }
}
