package quern.gpu;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Who drives a {@link ComputeTeam}: one thread at a time, in the order in which they asked. Whoever has the turn may
 * take it again. A turn is a step or less: others wait for its end.
 */
public final class Turns {

    private final ReentrantLock lock = new ReentrantLock(true);

    public void take(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    public <T> T take(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** Threads that wait for their turn, roughly. */
    public int waiting() {
        return lock.getQueueLength();
    }
}
