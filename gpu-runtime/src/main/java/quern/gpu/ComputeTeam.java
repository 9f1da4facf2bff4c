package quern.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The compute threads of one backend. The calling thread takes part, so a team of one has no threads of its own. One
 * thread drives a team at a time, others wait for their turn; a part must not call the team again.
 *
 * <p>Parts are handed out one by one to whoever is free: which thread computes a part must not influence its result.
 * Who has nothing to do spins for at most {@value #SPIN_NANOS} ns before parking, since a step is some hundred calls a
 * few microseconds apart, and waking a thread takes longer than that. A team of more threads than cores does not spin:
 * that would take the core from the one who has work.
 */
public final class ComputeTeam implements AutoCloseable {

    private static final long SPIN_NANOS = 50_000;
    private static final int RANGES_PER_THREAD = 4;
    private static final String OWN_PART = "compute team driven by one of its own parts";

    /** Work on the items {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface Range {
        void run(int from, int to);
    }

    private final List<Worker> workers = new ArrayList<>();
    private final Turns turns = new Turns();
    private final AtomicBoolean driven = new AtomicBoolean();
    private final boolean spins;
    private volatile Work work;
    private volatile boolean closed;

    /** @param threads threads that compute, the caller included; 0: one per core */
    public ComputeTeam(int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException(threads + " compute threads, expected 0 or more");
        }
        int cores = Runtime.getRuntime().availableProcessors();
        int count = threads == 0 ? cores : threads;
        this.spins = count <= cores;
        for (int i = 1; i < count; i++) {
            Worker worker = new Worker();
            worker.thread = Thread.ofPlatform().daemon().name("quern-compute-" + i).start(worker::loop);
            workers.add(worker);
        }
    }

    /** Threads that compute, the caller included. */
    public int threads() {
        return workers.size() + 1;
    }

    /** For those who drive it call after call and want nobody in between. */
    public Turns turns() {
        return turns;
    }

    /**
     * Runs {@code part} once for each of 0..parts-1 and returns when all have ended. What a part writes is visible to
     * the caller. If one throws, parts not yet begun are left out and the first exception is thrown here.
     */
    public void run(int parts, IntConsumer part) {
        if (workers.stream().anyMatch(worker -> worker.thread == Thread.currentThread())) {
            throw new IllegalStateException(OWN_PART);
        }
        turns.take(() -> runAlone(parts, part));
    }

    private void runAlone(int parts, IntConsumer part) {
        if (!driven.compareAndSet(false, true)) {
            throw new IllegalStateException(OWN_PART);
        }
        try {
            if (closed) {
                throw new IllegalStateException("compute team is closed");
            }
            if (parts <= 1 || workers.isEmpty()) {
                for (int i = 0; i < parts; i++) {
                    part.accept(i);
                }
            } else {
                runTogether(new Work(parts, part, Thread.currentThread()));
            }
        } finally {
            driven.set(false);
        }
    }

    /**
     * Splits 0..items-1 into ranges of at least {@code itemsMin} items, a few per thread; fewer than two ranges' worth
     * runs in the caller alone.
     */
    public void split(int items, int itemsMin, Range body) {
        int ranges = Math.min(items / Math.max(1, itemsMin), threads() == 1 ? 1 : threads() * RANGES_PER_THREAD);
        if (ranges <= 1) {
            run(items > 0 ? 1 : 0, ignored -> body.run(0, items));
            return;
        }
        run(ranges, i -> body.run((int) ((long) items * i / ranges), (int) ((long) items * (i + 1) / ranges)));
    }

    private void runTogether(Work next) {
        work = next;
        int wanted = Math.min(workers.size(), next.parts - 1);
        for (int i = 0; i < wanted; i++) {
            workers.get(i).wake();
        }
        next.take();
        next.await(spins);
        work = null;
        Throwable failure = next.failure.get();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    /** Ends the threads. Not while {@link #run} is under way. */
    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            worker.wake();
        }
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.thread.isAlive()) {
                try {
                    worker.thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One call of {@link #run}. */
    private static final class Work {

        private final int parts;
        private final IntConsumer part;
        private final Thread driver;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private volatile boolean driverParks;

        Work(int parts, IntConsumer part, Thread driver) {
            this.parts = parts;
            this.part = part;
            this.driver = driver;
        }

        void take() {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                try {
                    if (failure.get() == null) {
                        part.accept(i);
                    }
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
                if (ended.incrementAndGet() == parts && driverParks) {
                    LockSupport.unpark(driver);
                }
            }
        }

        boolean untaken() {
            return next.get() < parts;
        }

        void await(boolean spins) {
            long spinUntil = System.nanoTime() + SPIN_NANOS;
            while (spins && ended.get() < parts && System.nanoTime() < spinUntil) {
                Thread.onSpinWait();
            }
            driverParks = true;
            boolean interrupted = false;
            while (ended.get() < parts) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Worker {

        private Thread thread;
        private volatile boolean parks;

        void wake() {
            if (parks) {
                LockSupport.unpark(thread);
            }
        }

        void loop() {
            while (!closed) {
                Work current = work;
                if (current != null && current.untaken()) {
                    current.take();
                } else {
                    idle();
                }
            }
        }

        private boolean nothingToDo() {
            Work current = work;
            return !closed && (current == null || !current.untaken());
        }

        private void idle() {
            long spinUntil = System.nanoTime() + SPIN_NANOS;
            while (spins && nothingToDo() && System.nanoTime() < spinUntil) {
                Thread.onSpinWait();
            }
            parks = true;
            while (nothingToDo()) {
                LockSupport.park(this);
                Thread.interrupted();
            }
            parks = false;
        }
    }
}
