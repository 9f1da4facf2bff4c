package quern.actors.erase;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import quern.curation.erase.Progress;
import quern.curation.erase.Rewritten;

/** A dataset that is being rewritten on a thread of its own, so that who waits for it can be told to stop. */
final class RewriteAtWork implements AutoCloseable {

    private final CompletableFuture<Rewritten> result;
    private volatile long lines;
    private volatile boolean stopped;

    /** Begins. @param rewrite told where to tell how far it is, which is also where it is stopped */
    RewriteAtWork(Executor threads, Function<Progress, Rewritten> rewrite) {
        this.result = CompletableFuture.supplyAsync(() -> rewrite.apply(this::at), threads);
    }

    private void at(long linesSoFar) {
        lines = linesSoFar;
        if (stopped) {
            throw new CancellationException("the rewrite was stopped");
        }
    }

    /** Lines looked at so far. */
    long lines() {
        return lines;
    }

    /**
     * Waits for its end for so long.
     *
     * @return empty while it goes on; what it failed with is thrown as it was
     */
    Optional<Rewritten> await(long nanos) {
        try {
            return Optional.of(result.get(nanos, TimeUnit.NANOSECONDS));
        } catch (TimeoutException goesOn) {
            return Optional.empty();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause
                    : new IllegalStateException(failed.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while a dataset was rewritten");
        }
    }

    /** Stops it and waits until nothing of it is at work any more. What it has finished stays, to be gone on with. */
    @Override
    public void close() {
        stopped = true;
        result.handle((done, failure) -> null).join();
    }
}
