package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import quern.actors.Readiness;
import quern.actors.engine.FaultyPool.Call;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.QuernException;
import quern.inference.StepWork;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.sampling.SamplingParameters;
import quern.kv.DataDirectory;

/** Whatever is thrown wherever inside the engine: typed ends within seconds, no block lost, and it serves again. */
class EngineFaultTest {

    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** What is promised; a machine busy with other builds gets more. */
    private static final Duration END_LIMIT = Duration.ofSeconds(CAMPAIGN ? 5 : 30);
    private static final int[] PROMPT = {1, 403, 407, 261, 378, 410, 262, 380, 400, 411, 270, 390, 401, 403, 407, 261,
        1, 403, 407, 261, 378, 410, 262, 380, 400, 411, 270, 390, 401, 403, 407, 261, 300, 301, 302};

    @TempDir
    private Path directory;

    private final Readiness readiness = new Readiness();
    private final EngineBoard board = new EngineBoard();
    private final List<Boolean> readyWhenMade = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger loopsToRefuse = new AtomicInteger();
    private ActorTestKit kit;
    private DataDirectory data;
    private Machine machine;
    private EngineParts parts;
    private FaultyPool pool;
    private int blocksTotal;
    private ActorRef<EngineActor.Command> engine;

    @BeforeEach
    void start(TestInfo test) {
        Path model = Path.of(System.getProperty("quern.root", "..")).resolve("../shared/models/stories260K")
                .resolve("stories260K.gguf").toAbsolutePath().normalize();
        if (!Files.exists(model) && "required".equals(System.getProperty("quern.reference"))) {
            throw new IllegalStateException(model + " is absent and quern.reference is 'required'");
        }
        Assumptions.assumeTrue(Files.exists(model), model + " is absent");
        ApplianceConfig config = ConfigLoader.load(ConfigSources.none().with("data", directory.toString())
                .with("engine.model", model.toString()).with("kv.hot", "1MiB")
                .with("kv.warm", "16MiB").with("kv.warm-enabled", Boolean.toString(test.getTags().contains("tiers")))
                .with("kv.cold-enabled", "false")).config();
        data = DataDirectory.open(directory);
        machine = Machine.open(config, data);
        parts = EngineParts.load(config, machine, path -> Optional.empty(), reason -> { }, Runnable::run);
        pool = new FaultyPool(parts.tiers());
        blocksTotal = pool.availableBlocks();
        kit = ActorTestKit.create(ConfigFactory.parseResources("quern/actors/dispatchers.conf")
                .withFallback(ConfigFactory.load()));
        engine = kit.spawn(EngineActor.create(this::newLoop, pool, board, readiness),
                DispatcherSelector.fromConfig(EngineActor.DISPATCHER));
    }

    private EngineLoop newLoop() {
        readyWhenMade.add(readiness.ready());
        if (loopsToRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("no room for the scratch, as asked");
        }
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
        int[] prompt = PROMPT.clone();
        prompt[0] = (int) (1 + id % 100);
        return SequenceRequest.of(id, prompt, SamplingParameters.greedy(maxTokens).ignoringEos());
    }

    /** One that leaves nothing behind: its blocks are discarded. */
    private static SequenceRequest fleeting(long id, int maxTokens) {
        SequenceRequest kept = request(id, maxTokens);
        return new SequenceRequest(
                id, kept.prompt(), kept.sampling(), "", Optional.empty(), false, 0, Optional.empty());
    }

    private EngineActor.EnqueueReply enqueue(TestProbe<EngineEvent> events, SequenceRequest... sequences) {
        TestProbe<EngineActor.EnqueueReply> reply = kit.createTestProbe();
        engine.tell(new EngineActor.Enqueue(
                List.of(sequences), EngineListener.of(events.getRef()), reply.getRef()));
        return reply.receiveMessage(END_LIMIT);
    }

    private static EngineEvent last(TestProbe<EngineEvent> events) {
        EngineEvent event = events.receiveMessage(END_LIMIT);
        while (event instanceof EngineEvent.TokenProduced) {
            event = events.receiveMessage(END_LIMIT);
        }
        return event;
    }

    /** Asks until it is taken; a refusal meanwhile has a type. */
    private TestProbe<EngineEvent> taken(SequenceRequest sequence) {
        TestProbe<EngineEvent> events = kit.createTestProbe();
        return events.awaitAssert(LIMIT, () -> {
            EngineActor.EnqueueReply reply = enqueue(events, sequence);
            if (reply instanceof EngineActor.NotEnqueued(QuernException cause)) {
                assertEquals(QuernException.Category.RETRYABLE, cause.category());
            }
            assertInstanceOf(EngineActor.Enqueued.class, reply);
            return events;
        });
    }

    private void serveAgain(long id) {
        assertInstanceOf(EngineEvent.Finished.class, last(taken(request(id, 3))));
        assertTrue(readiness.ready(), readiness.reasons().toString());
        kit.createTestProbe().awaitAssert(LIMIT, () -> {
            assertEquals(blocksTotal, pool.availableBlocks());
            assertEquals(0, board.stats().orElseThrow().running());
            return true;
        });
    }

    static Stream<Arguments> faults() {
        List<Supplier<Throwable>> failures = List.of(() -> new IllegalStateException("as asked"),
                () -> new OutOfMemoryError("as asked"), StackOverflowError::new, () -> new InternalError("as asked"));
        List<Call> calls = List.of(Call.CLAIM, Call.SEAL, Call.PIN_HOT, Call.LOCATE, Call.RELEASE, Call.DISCARD,
                Call.AVAILABLE_BLOCKS);
        return IntStream.range(0, CAMPAIGN ? calls.size() * failures.size() : calls.size()).mapToObj(i -> Arguments.of(
                calls.get(i % calls.size()), failures.get((i % calls.size() + i / calls.size()) % failures.size())));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldEndAllInFlightAndLoseNoBlockWhenTheEngineThrows(Call call, Supplier<Throwable> failure) {
        TestProbe<EngineEvent> warm = kit.createTestProbe();
        enqueue(warm, request(1, 3));
        assertInstanceOf(EngineEvent.Finished.class, last(warm));
        TestProbe<EngineEvent> running = kit.createTestProbe();
        enqueue(running, request(2, 80), fleeting(3, 80));
        assertInstanceOf(EngineEvent.TokenProduced.class, running.receiveMessage(LIMIT));
        pool.fail(call, failure);
        TestProbe<EngineEvent> late = kit.createTestProbe();
        EngineActor.EnqueueReply reply = enqueue(late, request(4, 80));
        engine.tell(new EngineActor.Cancel(3));
        kit.createTestProbe().awaitAssert(LIMIT, () -> {
            assertTrue(pool.thrown() > 0, "nothing was thrown");
            return true;
        });
        for (int i = 0; i < 2; i++) {
            assertTyped(last(running));
        }
        if (reply instanceof EngineActor.Enqueued) {
            assertTyped(last(late));
        }
        pool.heal();
        serveAgain(5);
        running.expectNoMessage(Duration.ofMillis(20));
    }

    private static void assertTyped(EngineEvent end) {
        if (end instanceof EngineEvent.Failed failed) {
            assertEquals(QuernException.Category.RETRYABLE, failed.cause().category());
        } else {
            assertInstanceOf(EngineEvent.Finished.class, end);
        }
    }

    @Test
    void shouldBeUnreadyWhileItIsReplacedAndReadyAfterwards() {
        TestProbe<EngineEvent> running = kit.createTestProbe();
        enqueue(running, request(1, 80));
        loopsToRefuse.set(2);
        running.receiveMessage(LIMIT);
        pool.fail(Call.AVAILABLE_BLOCKS, StackOverflowError::new);
        var failed = assertInstanceOf(EngineEvent.Failed.class, last(running));
        assertTrue(failed.cause().getMessage().contains("StackOverflowError"), failed.cause().getMessage());
        kit.createTestProbe().awaitAssert(LIMIT, () -> {
            assertFalse(readiness.ready());
            return true;
        });
        var refused = assertInstanceOf(EngineActor.NotEnqueued.class, enqueue(running, request(2, 3)));
        assertEquals(QuernException.Category.RETRYABLE, refused.cause().category());
        pool.heal();
        serveAgain(3);
        assertEquals(List.of(true, false, false, false), readyWhenMade);
        assertEquals(3, board.failures());
    }

    @Test
    @Tag("tiers")
    void shouldComputeTheBlockAgainWhenATierReadFails() {
        TestProbe<EngineEvent> first = kit.createTestProbe();
        enqueue(first, request(1, 40));
        List<EngineEvent> expected = tokens(first);
        kit.createTestProbe().awaitAssert(LIMIT, () -> {
            assertEquals(0, parts.tiers().pendingBlocks());
            return true;
        });
        for (long id = 2; hot(1); id++) {
            last(taken(request(id, 60)));
        }
        pool.fail(Call.LOAD, () -> new OutOfMemoryError("as asked"));
        TestProbe<EngineEvent> again = kit.createTestProbe();
        enqueue(again, request(1, 40));
        assertEquals(expected, tokens(again));
        assertTrue(pool.thrown() > 0, "nothing was read");
        assertTrue(readiness.ready() && board.failures() == 0);
        assertTrue(board.stats().orElseThrow().loadFailures() > 0);
        pool.heal();
        serveAgain(1_000);
    }

    /** Whether the beginning of the request's prompt is in the arena, seen by a request that finds it there. */
    private boolean hot(long id) {
        long evictions = parts.tiers().stats().get(quern.kv.BlockPool.Tier.HOT).evictions();
        return evictions < 2L * blocksTotal && id > 0;
    }

    private static List<EngineEvent> tokens(TestProbe<EngineEvent> events) {
        List<EngineEvent> tokens = new ArrayList<>();
        EngineEvent event = events.receiveMessage(END_LIMIT);
        while (event instanceof EngineEvent.TokenProduced) {
            tokens.add(event);
            event = events.receiveMessage(END_LIMIT);
        }
        assertInstanceOf(EngineEvent.Finished.class, event);
        return tokens;
    }

    @Test
    void shouldEndAttachedWorkAndAnswerWhenAMessageItselfIsBroken() {
        TestProbe<EngineEvent> running = kit.createTestProbe();
        TestProbe<EngineEvent.WorkEnded> work = kit.createTestProbe();
        enqueue(running, request(1, 80));
        engine.tell(new EngineActor.Attach(new Endless(), work.getRef()));
        TestProbe<EngineActor.EnqueueReply> reply = kit.createTestProbe();
        List<SequenceRequest> broken = new ArrayList<>(Collections.nCopies(1, null));
        engine.tell(new EngineActor.Enqueue(broken, EngineListener.of(running.getRef()), reply.getRef()));
        assertInstanceOf(EngineActor.NotEnqueued.class, reply.receiveMessage(END_LIMIT));
        assertInstanceOf(EngineEvent.Failed.class, last(running));
        assertTrue(work.receiveMessage(END_LIMIT).failure().isPresent());
        serveAgain(2);
    }

    @Test
    void shouldServeOnWhenNothingCanBeWrittenToLowerTiers() {
        pool.fail(Call.WRITE_BEHIND, () -> new OutOfMemoryError("disk full, as asked"));
        assertInstanceOf(EngineEvent.Finished.class, last(taken(request(1, 60))));
        kit.createTestProbe().awaitAssert(LIMIT, () -> {
            assertTrue(pool.thrown() > 0, "nothing was thrown");
            return true;
        });
        pool.heal();
        serveAgain(2);
        assertEquals(0, board.failures());
    }

    private static final class Endless implements StepWork {

        @Override
        public int slice(int tokensMax, long nanosMax) {
            return 1;
        }

        @Override
        public boolean done() {
            return false;
        }
    }
}
