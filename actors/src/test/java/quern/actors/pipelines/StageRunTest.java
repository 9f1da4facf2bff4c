package quern.actors.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.Stores;
import quern.actors.jobs.JobQueue;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.PipelineConfig;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.PipelineRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/** A stage's job is asked for once, wherever the process dies between asking and noting. */
class StageRunTest {

    private static final Ownership OWNER = Ownership.of("local", Set.of());

    @TempDir
    private Path directory;

    private final List<String> noted = Collections.synchronizedList(new ArrayList<>());
    private ActorTestKit kit;
    private Stores stores;
    private PipelineLedger ledger;
    private TestProbe<JobQueue.Command> queue;
    private TestProbe<StageRun.Ended> stage;

    @BeforeEach
    void open() {
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
        var config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                .with("pipelines.lamps.recipe", "/r.yaml")).config();
        PipelineConfig lamps = config.pipelines().get("lamps");
        stores = Stores.open(config);
        ledger = new PipelineLedger(stores, "lamps", lamps, System::currentTimeMillis);
        queue = kit.createTestProbe(JobQueue.Command.class);
        stage = kit.createTestProbe(StageRun.Ended.class);
    }

    @AfterEach
    void close() {
        kit.shutdownTestKit();
        stores.close();
    }

    private void begin(int number, Optional<String> jobId) {
        kit.spawn(StageRun.create(ledger, queue.ref(), new StageRun.Order(JobKind.CURATE, number,
                spec(number), OWNER, jobId), noted::add, stage.ref()));
    }

    private String spec(int number) {
        return "{\"pipeline\":\"" + ledger.mark(number) + "\"}";
    }

    private JobRecord stored(String id, int number) {
        JobRecord job = JobRecord.queued(id, JobKind.CURATE, OWNER, spec(number), 1);
        stores.catalogue().commit(new WriteSet().put(RecordKind.JOB, id, job));
        return job;
    }

    @Test
    void shouldFindTheJobWhenItWasAcceptedAndNotNoted() {
        stored("job-eleven", 11);
        JobRecord first = stored("job-one", 1);
        begin(1, Optional.empty());
        stage.expectNoMessage(Duration.ofMillis(400));
        queue.expectNoMessage(Duration.ofMillis(1));
        assertEquals(List.of("job-one"), noted);
        JobRecord ended = first.started(2).failed("as asked", 3);
        stores.catalogue().commit(new WriteSet().put(RecordKind.JOB, "job-one", ended));
        assertEquals(Optional.of(ended), stage.receiveMessage().job());
    }

    @Test
    void shouldAskAgainWhenNoOrderIsTaken() {
        stored("job-eleven", 11);
        begin(1, Optional.empty());
        queue.expectMessageClass(JobQueue.Submit.class).replyTo().tell(new JobQueue.Overloaded(9));
        JobQueue.Submit again = queue.expectMessageClass(JobQueue.Submit.class, Duration.ofSeconds(10));
        assertEquals(spec(1), again.specJson());
        again.replyTo().tell(new JobQueue.Accepted(stored("job-one", 1)));
        stage.expectNoMessage(Duration.ofMillis(400));
        assertEquals(List.of("job-one"), noted);
    }

    @Test
    void shouldEndWhenTheJobIsGone() {
        begin(1, Optional.of("job-gone"));
        assertTrue(stage.receiveMessage().job().isEmpty());
    }

    @Test
    void shouldKeepWhatWaitsWhenAStepFails() {
        ledger.update(record -> record.arrived(List.of("a", "b"), 7, 1));
        PipelineRecord curating = ledger.update(record -> record.curating(2));
        assertEquals(List.of("a", "b"), curating.curating().orElseThrow().inputs());
        ledger.update(record -> record.arrived(List.of("c"), 8, 3));
        PipelineRecord failed = ledger.update(record -> record.notCurated("as asked", 4));
        assertEquals(List.of("a", "b", "c"), failed.arrived());
        PipelineRecord tuned = ledger.update(record -> record.curating(5)
                .curated(Optional.of(new PipelineRecord.Fresh("ds-1", 3)), 6).tuning(7)
                .curated(Optional.of(new PipelineRecord.Fresh("ds-2", 4)), 8)
                .tuned(Optional.of("ft:1"), Optional.empty(), Optional.empty(), 9));
        assertEquals(List.of("ds-1"), tuned.used());
        assertEquals(4, tuned.freshSamples());
        assertEquals(Optional.of("ft:1"), tuned.live());
        PipelineRecord broken = ledger.update(record -> record.tuning(10).notTuned("as asked", 11));
        assertEquals(4, broken.freshSamples());
        assertTrue(broken.held() && !broken.asked(12).held());
    }
}
