package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import quern.curation.GenerationException.Kind;

class TurnsTest {

    private static final long LIMIT_MS = 20_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void shouldLetSoManyAskAtOnceAndTheNextWhenOneHasItsAnswer() throws Exception {
        Turns turns = new Turns(2, Duration.ofMinutes(1));
        CountDownLatch asking = new CountDownLatch(2);
        CompletableFuture<String> answer = new CompletableFuture<>();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        Future<?>[] all = new Future<?>[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = threads.submit(() -> turns.take(turns.deadline(), () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                asking.countDown();
                try {
                    return turns.await(answer, LIMIT_MS);
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                } finally {
                    now.decrementAndGet();
                }
            }));
        }
        assertTrue(asking.await(LIMIT_MS, TimeUnit.MILLISECONDS));
        answer.complete("yes");
        for (Future<?> one : all) {
            assertEquals("yes", one.get(LIMIT_MS, TimeUnit.MILLISECONDS));
        }
        assertEquals(2, most.get());
    }

    @Test
    void shouldSayThatTheTimeIsOverWhenThereIsNoTurnOrNoAnswer() {
        Turns none = new Turns(0, Duration.ofMillis(1));
        assertEquals(Kind.TIMEOUT, assertThrows(GenerationException.class,
                () -> none.take(none.deadline(), () -> "no")).kind());
        assertEquals(Kind.TIMEOUT, assertThrows(GenerationException.class,
                () -> none.await(new CompletableFuture<>(), 1)).kind());
        ExecutionException failed = assertThrows(ExecutionException.class, () -> none.await(
                CompletableFuture.failedFuture(new IllegalStateException("as asked")), LIMIT_MS));
        assertInstanceOf(IllegalStateException.class, failed.getCause());
    }

    @Test
    void shouldEndAllWaitingWhenItIsClosed() throws Exception {
        Turns turns = new Turns(1, Duration.ofMinutes(1));
        CountDownLatch asking = new CountDownLatch(1);
        Future<?> asked = threads.submit(() -> turns.take(turns.deadline(), () -> {
            asking.countDown();
            try {
                return turns.await(new CompletableFuture<>(), LIMIT_MS);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }));
        assertTrue(asking.await(LIMIT_MS, TimeUnit.MILLISECONDS));
        Future<?> waiting = threads.submit(() -> turns.take(turns.deadline(), () -> "never"));
        Future<?> resting = threads.submit(() -> turns.rest(LIMIT_MS));
        turns.close();
        for (Future<?> one : new Future<?>[] {asked, waiting, resting}) {
            assertInstanceOf(RunException.class, assertThrows(ExecutionException.class,
                    () -> one.get(LIMIT_MS, TimeUnit.MILLISECONDS)).getCause());
        }
        assertThrows(RunException.class, turns::requireOpen);
    }
}
