package quern.actors.erase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import quern.curation.erase.Rewritten;

class RewriteAtWorkTest {

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(20);

    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void shouldTellHowFarItIsAndBeOverWhenItWasStopped() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(3);
        AtomicBoolean over = new AtomicBoolean();
        RewriteAtWork work = new RewriteAtWork(threads, progress -> {
            try {
                for (long lines = 1; true; lines++) {
                    progress.at(lines);
                    told.countDown();
                }
            } finally {
                over.set(true);
            }
        });
        assertTrue(told.await(LIMIT_NS, TimeUnit.NANOSECONDS));
        assertEquals(Optional.empty(), work.await(1));
        assertTrue(work.lines() >= 3, () -> work.lines() + " lines");
        work.close();
        assertTrue(over.get(), "it is at work after it was closed");
    }

    @Test
    void shouldGiveTheResultAndTheFailureAsTheyAre() {
        Rewritten rewritten = new Rewritten(null, null);
        try (RewriteAtWork work = new RewriteAtWork(threads, _ -> rewritten)) {
            assertSame(rewritten, work.await(LIMIT_NS).orElseThrow());
        }
        UncheckedIOException full = new UncheckedIOException(new IOException("No space left on device"));
        try (RewriteAtWork work = new RewriteAtWork(threads, _ -> {
            throw full;
        })) {
            assertSame(full, assertThrows(UncheckedIOException.class, () -> work.await(LIMIT_NS)));
        }
    }
}
