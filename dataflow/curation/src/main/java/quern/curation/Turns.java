package quern.curation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import quern.curation.GenerationException.Kind;

/**
 * The turns of those who ask a model: so many questions at a time, each with a limit to its time, until it is closed.
 * Whoever waits then gets a {@link RunException}. Safe for any number of threads, which block.
 */
public final class Turns implements AutoCloseable {

    /** Between two looks whether it is one's turn, and before one asks again. */
    public static final long AGAIN_MS = 200;

    private final Duration limit;
    private final Semaphore permits;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    public Turns(int atOnce, Duration limit) {
        this.limit = limit;
        this.permits = new Semaphore(atOnce);
    }

    /** When the time of a question that is asked now is over, as {@link System#nanoTime} counts. */
    public long deadline() {
        return System.nanoTime() + limit.toNanos();
    }

    public static long leftMs(long deadline) {
        return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    /** Asks when it is its turn. */
    public <T> T take(long deadline, Supplier<T> question) {
        try {
            while (!permits.tryAcquire(AGAIN_MS, TimeUnit.MILLISECONDS)) {
                requireOpen();
                if (leftMs(deadline) <= 0) {
                    throw new GenerationException(Kind.TIMEOUT, "no turn within " + limit);
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            requireOpen();
            return question.get();
        } finally {
            permits.release();
        }
    }

    /**
     * Waits for what was asked for.
     *
     * @throws ExecutionException with what it failed with
     */
    public <T> T await(CompletableFuture<T> asked, long timeoutMs) throws ExecutionException {
        try {
            CompletableFuture.anyOf(asked, closed).get(timeoutMs, TimeUnit.MILLISECONDS);
            if (!asked.isDone()) {
                requireOpen();
            }
            return asked.get();
        } catch (TimeoutException e) {
            throw new GenerationException(Kind.TIMEOUT, "nothing within " + limit);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Rests before asking again. */
    public void rest(long pauseMs) {
        try {
            closed.get(pauseMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException rested) {
            return;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        requireOpen();
    }

    /** @throws RunException if it was closed */
    public void requireOpen() {
        if (closed.isDone()) {
            throw new RunException("the run ended");
        }
    }

    /** Ends the waiting. Idempotent. */
    @Override
    public void close() {
        closed.complete(null);
    }

    private static RunException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new RunException("interrupted while the model was asked", e);
    }
}
