package quern.actors.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.kv.journal.Catalogue;
import quern.kv.journal.JobKind;
import quern.kv.journal.JobProgress;
import quern.kv.journal.JobRecord;
import quern.kv.journal.JobState;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

class JobQueueTest {

    private static final int ATTEMPTS_MAX = 3;
    private static final Ownership OWNER = Ownership.of("key", Set.of("secret"));

    /** A step waits for a word: go on, end, fail. */
    private static final class ScriptedWork implements JobWork {

        private final BlockingQueue<String> script;
        private int done;

        ScriptedWork(BlockingQueue<String> script) {
            this.script = script;
        }

        @Override
        public Step step() throws InterruptedException {
            String word = script.poll(20, TimeUnit.MILLISECONDS);
            return switch (word == null ? "" : word) {
                case "end" -> new Done(new JobOutcome.Succeeded("{\"done\":" + done + "}", new WriteSet()));
                case "fail" -> throw new QuernException(QuernException.Category.ERROR, "as asked");
                case "go" -> new Working(new JobProgress("work", ++done, 3), List.of(JobNote.info("step " + done)));
                default -> new Working(new JobProgress("work", done, 3), List.of());
            };
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }

        private static final AtomicInteger closed = new AtomicInteger();
    }

    @TempDir
    private Path directory;

    private final BlockingQueue<String> script = new LinkedBlockingQueue<>();
    private ActorTestKit kit;
    private Catalogue catalogue;

    @BeforeEach
    void open() {
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
        catalogue = Catalogue.open(directory.resolve("catalogue"), 100);
    }

    @AfterEach
    void close() {
        kit.shutdownTestKit();
        catalogue.close();
    }

    private ActorRef<JobQueue.Command> queue(int queueMax) {
        return kit.spawn(JobQueue.create(
                catalogue,
                Map.of(JobKind.CURATE, SteppedJob.starter((job, system) -> new ScriptedWork(script))),
                queueMax,
                ATTEMPTS_MAX,
                System::currentTimeMillis));
    }

    private JobQueue.SubmitReply submit(ActorRef<JobQueue.Command> queue, JobKind kind) {
        TestProbe<JobQueue.SubmitReply> replies = kit.createTestProbe();
        queue.tell(new JobQueue.Submit(kind, "{}", OWNER, replies.ref()));
        return replies.receiveMessage();
    }

    private String accepted(JobQueue.SubmitReply reply) {
        return assertInstanceOf(JobQueue.Accepted.class, reply).job().id();
    }

    private JobRecord awaitState(String id, JobState state) {
        return kit.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            JobRecord job = catalogue.get(RecordKind.JOB, id, JobRecord.class).orElseThrow();
            assertEquals(state, job.state());
            return job;
        });
    }

    @Test
    void shouldKeepResultAndEventsWhenAJobSucceeds() {
        String id = accepted(submit(queue(5), JobKind.CURATE));
        script.addAll(List.of("go", "go", "end"));
        JobRecord job = awaitState(id, JobState.SUCCEEDED);
        assertEquals("{\"done\":2}", job.resultJson().orElseThrow());
        assertEquals(OWNER, job.ownership());
        var messages = catalogue.events(id, 0, 100).stream().map(event -> event.message()).toList();
        assertEquals(List.of("job created", "job started", "step 1", "step 2", "job succeeded"), messages);
    }

    @Test
    void shouldRunOneOfAKindAndRefuseWhenTooManyWait() {
        ActorRef<JobQueue.Command> queue = queue(1);
        String first = accepted(submit(queue, JobKind.CURATE));
        awaitState(first, JobState.RUNNING);
        String second = accepted(submit(queue, JobKind.CURATE));
        assertEquals(new JobQueue.Overloaded(1), submit(queue, JobKind.CURATE));
        awaitState(second, JobState.QUEUED);
        script.add("end");
        awaitState(first, JobState.SUCCEEDED);
        awaitState(second, JobState.RUNNING);
    }

    @Test
    void shouldSayWhyWhenAJobFails() {
        ActorRef<JobQueue.Command> queue = queue(5);
        String id = accepted(submit(queue, JobKind.CURATE));
        script.add("fail");
        assertEquals("as asked", awaitState(id, JobState.FAILED).error().orElseThrow());
        String orphan = accepted(submit(queue, JobKind.QUANTIZE));
        assertTrue(awaitState(orphan, JobState.FAILED).error().orElseThrow().contains("QUANTIZE"));
    }

    @Test
    void shouldCancelWaitingAndRunningJobs() {
        ActorRef<JobQueue.Command> queue = queue(5);
        String running = accepted(submit(queue, JobKind.CURATE));
        String waiting = accepted(submit(queue, JobKind.CURATE));
        TestProbe<JobQueue.CancelReply> replies = kit.createTestProbe();
        queue.tell(new JobQueue.Cancel(waiting, replies.ref()));
        assertEquals(JobState.CANCELLED, assertInstanceOf(JobQueue.CancelTaken.class, replies.receiveMessage()).job()
                .state());
        queue.tell(new JobQueue.Cancel(running, replies.ref()));
        replies.receiveMessage();
        awaitState(running, JobState.CANCELLED);
        queue.tell(new JobQueue.Cancel("job-none", replies.ref()));
        assertEquals(new JobQueue.UnknownJob("job-none"), replies.receiveMessage());
    }

    @Test
    void shouldRunAgainWhatARestartInterrupted() {
        ActorRef<JobQueue.Command> queue = queue(5);
        String id = accepted(submit(queue, JobKind.CURATE));
        awaitState(id, JobState.RUNNING);
        kit.stop(queue);
        script.add("end");
        queue(5);
        assertEquals(1, awaitState(id, JobState.SUCCEEDED).attempts(), "being shut down is no attempt");
        assertTrue(ScriptedWork.closed.get() >= 2);
    }

    private JobQueue.PauseReply order(ActorRef<JobQueue.Command> queue, String id, boolean resume) {
        TestProbe<JobQueue.PauseReply> replies = kit.createTestProbe();
        queue.tell(resume ? new JobQueue.Resume(id, replies.ref()) : new JobQueue.Pause(id, replies.ref()));
        return replies.receiveMessage();
    }

    @Test
    void shouldLetTheNextRunWhileAJobIsPausedAndStayPausedOverARestart() {
        ActorRef<JobQueue.Command> queue = queue(5);
        String first = accepted(submit(queue, JobKind.CURATE));
        awaitState(first, JobState.RUNNING);
        String second = accepted(submit(queue, JobKind.CURATE));
        String third = accepted(submit(queue, JobKind.CURATE));
        assertInstanceOf(JobQueue.PauseTaken.class, order(queue, first, false));
        assertEquals(0, awaitState(first, JobState.PAUSED).attempts());
        assertEquals(JobState.PAUSED, assertInstanceOf(JobQueue.PauseTaken.class, order(queue, third, false)).job()
                .state());
        awaitState(second, JobState.RUNNING);
        script.add("end");
        awaitState(second, JobState.SUCCEEDED);
        kit.stop(queue);
        queue = queue(5);
        assertEquals(JobState.SUCCEEDED, assertInstanceOf(JobQueue.NotNow.class, order(queue, second, true)).job()
                .state());
        assertEquals(new JobQueue.UnknownJob("job-none"), order(queue, "job-none", false));
        awaitState(first, JobState.PAUSED);
        assertInstanceOf(JobQueue.PauseTaken.class, order(queue, first, true));
        script.add("end");
        assertEquals(1, awaitState(first, JobState.SUCCEEDED).attempts());
        TestProbe<JobQueue.CancelReply> replies = kit.createTestProbe();
        queue.tell(new JobQueue.Cancel(third, replies.ref()));
        awaitState(third, JobState.CANCELLED);
    }

    /** As a process leaves it that dies at once. */
    private void die(ActorRef<JobQueue.Command> queue, String id) {
        awaitState(id, JobState.RUNNING);
        JobRecord running = catalogue.get(RecordKind.JOB, id, JobRecord.class).orElseThrow();
        kit.stop(queue);
        catalogue.commit(new WriteSet().put(RecordKind.JOB, id, running));
    }

    @Test
    void shouldFailAJobThatTheProcessDiedOfTooOftenAndRunTheNext() {
        ActorRef<JobQueue.Command> queue = queue(5);
        String deadly = accepted(submit(queue, JobKind.CURATE));
        String next = accepted(submit(queue, JobKind.CURATE));
        for (int attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
            die(queue, deadly);
            queue = queue(5);
            int started = attempt + 1;
            kit.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
                JobRecord job = catalogue.get(RecordKind.JOB, deadly, JobRecord.class).orElseThrow();
                assertEquals(started, job.attempts());
                return job;
            });
        }
        die(queue, deadly);
        queue(5);
        String error = awaitState(deadly, JobState.FAILED).error().orElseThrow();
        assertTrue(error.contains("the process ended 3 times") && error.contains("jobs.attempts-max"), error);
        script.add("end");
        awaitState(next, JobState.SUCCEEDED);
    }
}
