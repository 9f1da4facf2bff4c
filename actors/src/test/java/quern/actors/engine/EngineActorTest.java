package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.Readiness;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.QuernException;
import quern.inference.StepWork;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.FinishReason;
import quern.inference.engine.SequenceRequest;
import quern.inference.sampling.SamplingParameters;
import quern.kv.DataDirectory;

class EngineActorTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final Readiness readiness = new Readiness();
    private final EngineBoard board = new EngineBoard();
    private ActorTestKit kit;
    private DataDirectory data;
    private Machine machine;
    private EngineParts parts;
    private FaultyPool pool;
    private ActorRef<EngineActor.Command> engine;

    @BeforeEach
    void start() {
        Path model = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K")
                .resolve("stories260K.gguf").toAbsolutePath().normalize();
        if (!Files.exists(model) && "required".equals(System.getProperty("quern.reference"))) {
            throw new IllegalStateException(model + " is absent and quern.reference is 'required'");
        }
        Assumptions.assumeTrue(Files.exists(model), model + " is absent");
        ApplianceConfig config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                .with("engine.model", model.toString()).with("engine.queue-max", "2").with("kv.hot", "1MiB")
                .with("kv.warm-enabled", "false").with("kv.cold-enabled", "false")).config();
        data = DataDirectory.open(directory);
        machine = Machine.open(config, data);
        parts = EngineParts.load(config, machine, path -> Optional.empty(), reason -> { }, Runnable::run);
        pool = new FaultyPool(parts.tiers());
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
        engine = kit.spawn(EngineActor.create(this::newLoop, pool, board, readiness),
                DispatcherSelector.fromConfig(EngineActor.DISPATCHER));
    }

    private EngineLoop newLoop() {
        return new EngineLoop(parts.model(), pool, parts.model().kvLayout(parts.config().kv()),
                parts.config().engine());
    }

    @AfterEach
    void stop() {
        if (kit != null) {
            TestProbe<EngineActor.Stopped> stopped = kit.createTestProbe();
            engine.tell(new EngineActor.Stop(stopped.getRef()));
            stopped.receiveMessage(LIMIT);
            kit.shutdownTestKit();
            parts.close();
            machine.close();
            data.close();
        }
    }

    private static SequenceRequest request(long id, int maxTokens) {
        return SequenceRequest.of(id, new int[] {1, 403, 407, 261}, SamplingParameters.greedy(maxTokens).ignoringEos());
    }

    private EngineActor.EnqueueReply enqueue(TestProbe<EngineEvent> events, SequenceRequest... sequences) {
        TestProbe<EngineActor.EnqueueReply> reply = kit.createTestProbe();
        engine.tell(new EngineActor.Enqueue(
                List.of(sequences), EngineListener.of(events.getRef()), reply.getRef()));
        return reply.receiveMessage(LIMIT);
    }

    private static EngineEvent last(TestProbe<EngineEvent> events) {
        EngineEvent event = events.receiveMessage(LIMIT);
        while (event instanceof EngineEvent.TokenProduced) {
            event = events.receiveMessage(LIMIT);
        }
        return event;
    }

    @Test
    void shouldTellEveryTokenAndOneEndWhenSequenceRuns() {
        TestProbe<EngineEvent> events = kit.createTestProbe();
        assertInstanceOf(EngineActor.Enqueued.class, enqueue(events, request(1, 5)));
        for (int i = 0; i < 5; i++) {
            assertInstanceOf(EngineEvent.TokenProduced.class, events.receiveMessage(LIMIT));
        }
        var finished = assertInstanceOf(EngineEvent.Finished.class, events.receiveMessage(LIMIT));
        assertEquals(FinishReason.LENGTH, finished.reason());
        assertEquals(5, finished.usage().completionTokens());
        events.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldTakeNoneWhenOneOfSeveralSequencesIsRefused() {
        TestProbe<EngineEvent> events = kit.createTestProbe();
        SequenceRequest tooLong = SequenceRequest.of(8, new int[500], SamplingParameters.greedy(1));
        assertInstanceOf(EngineActor.NotEnqueued.class, enqueue(events, request(7, 50), tooLong));
        events.expectNoMessage(Duration.ofMillis(100));
        assertEquals(0, board.stats().orElseThrow().running());
    }

    @Test
    void shouldRefuseSecondWorkAndReportEndWhenWorkIsAttached() {
        TestProbe<EngineEvent.WorkEnded> first = kit.createTestProbe();
        TestProbe<EngineEvent.WorkEnded> second = kit.createTestProbe();
        Counting endless = new Counting(Integer.MAX_VALUE);
        engine.tell(new EngineActor.Attach(endless, first.getRef()));
        engine.tell(new EngineActor.Attach(new Counting(1), second.getRef()));
        assertTrue(second.receiveMessage(LIMIT).failure().isPresent());
        TestProbe<EngineActor.Detached> detached = kit.createTestProbe();
        engine.tell(new EngineActor.Detach(endless, detached.getRef()));
        detached.receiveMessage(LIMIT);
        engine.tell(new EngineActor.Attach(new Counting(3), second.getRef()));
        assertEquals(Optional.empty(), second.receiveMessage(LIMIT).failure());
        first.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void shouldFailRunningSequencesWhenStopped() {
        TestProbe<EngineEvent> events = kit.createTestProbe();
        enqueue(events, request(1, 120));
        TestProbe<EngineActor.Stopped> stopped = kit.createTestProbe();
        engine.tell(new EngineActor.Stop(stopped.getRef()));
        stopped.receiveMessage(LIMIT);
        EngineEvent end = last(events);
        assertFalse(end instanceof EngineEvent.WorkEnded, end.toString());
        engine = kit.spawn(EngineActor.create(this::newLoop, pool, board, readiness));
    }

    @Test
    void shouldServeWhileItPreparesAndEndThatInTime() throws InterruptedException {
        TestProbe<EngineActor.Stopped> stopped = kit.createTestProbe();
        engine.tell(new EngineActor.Stop(stopped.getRef()));
        stopped.receiveMessage(LIMIT);
        AtomicInteger pieces = new AtomicInteger();
        AtomicBoolean more = new AtomicBoolean(true);
        CountDownLatch ended = new CountDownLatch(1);
        engine = kit.spawn(EngineActor.create(this::newLoop, pool, board, readiness, () -> {
            pieces.incrementAndGet();
            boolean goesOn = more.get();
            if (!goesOn) {
                ended.countDown();
            }
            return goesOn;
        }));
        TestProbe<EngineEvent> events = kit.createTestProbe();
        enqueue(events, request(1, 5));
        assertInstanceOf(EngineEvent.Finished.class, last(events));
        int before = pieces.get();
        events.awaitAssert(LIMIT, () -> {
            assertTrue(pieces.get() > before, "it goes on after a request");
            return true;
        });
        more.set(false);
        assertTrue(ended.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "it is told that there is no more");
        int done = pieces.get();
        enqueue(events, request(2, 5));
        assertInstanceOf(EngineEvent.Finished.class, last(events));
        assertEquals(done, pieces.get());
    }

    /** Work of so many slices. */
    private static final class Counting implements StepWork {

        private int left;

        Counting(int slices) {
            this.left = slices;
        }

        @Override
        public int slice(int tokensMax, long nanosMax) {
            left--;
            return 1;
        }

        @Override
        public boolean done() {
            return left <= 0;
        }
    }
}
