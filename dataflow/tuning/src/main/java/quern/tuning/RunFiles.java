package quern.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * What a run keeps on disk while it goes on: its checkpoint and its losses. The thread that makes the steps copies in
 * memory and never waits for a disk; another one writes. What cannot be written, as on a full disk, is tried again with
 * the state of a later step, at most once a second; the run goes on meanwhile. A state is copied once the loss of the
 * step behind it shows that it is sound, so there is always one to go back to.
 */
final class RunFiles {

    /** Between two copies in memory. */
    private static final int COPY_STEPS = 5;
    private static final int LINES_MAX = 100_000;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Snapshots snapshots;
    private final LossLog log;
    private final int checkpointSteps;
    private final Executor io;
    private final Consumer<TuningEvent> listener;
    /** Held by whoever copies or writes. */
    private final ReentrantLock lock = new ReentrantLock();
    private final List<StepResult> unwritten = new ArrayList<>();
    private volatile boolean due;
    private volatile long notBeforeNanos = System.nanoTime();
    private boolean told;
    private boolean closed;
    private double lastLoss;
    private double copiedLoss;
    private int copiedStep;
    private int writtenStep;

    /**
     * @param state of the run, as it was opened
     * @param io where files are written
     */
    RunFiles(Snapshots snapshots, LossLog log, int checkpointSteps, TrainingState state, Executor io,
            Consumer<TuningEvent> listener) {
        this.snapshots = snapshots;
        this.log = log;
        this.checkpointSteps = checkpointSteps;
        this.io = io;
        this.listener = listener;
        this.copiedStep = state.step();
        this.writtenStep = state.step();
    }

    /** Before a step changes the state, which its loss has shown to be sound; on the thread that makes the steps. */
    void sound(TrainingState state) {
        int step = state.step();
        if (step > copiedStep && (due || step % checkpointSteps == 0 || step % COPY_STEPS == 0)) {
            due |= step % checkpointSteps == 0;
            offer(state);
        }
    }

    /** After each step, on the thread that makes them. @param last of the run, whose state is taken as it is */
    void stepped(StepResult result, TrainingState state, boolean last) {
        lastLoss = result.loss();
        synchronized (unwritten) {
            if (unwritten.size() == LINES_MAX) {
                unwritten.removeFirst();
            }
            unwritten.add(result);
        }
        if (last) {
            due = true;
            offer(state);
        }
    }

    /** Goes back to the newest copy. */
    void restore(TrainingState state) {
        lock.lock();
        try {
            snapshots.restore(state);
        } finally {
            lock.unlock();
        }
    }

    /** Copies the state, which rests, unless a file is being written; has it written where that is due. */
    void offer(TrainingState state) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            take(state);
        } finally {
            lock.unlock();
        }
        if (due && System.nanoTime() - notBeforeNanos >= 0) {
            due = false;
            io.execute(this::writeCopy);
        }
    }

    private void take(TrainingState state) {
        snapshots.take(state);
        copiedStep = state.step();
        copiedLoss = lastLoss;
    }

    /**
     * Writes the state of now. Blocks on the disk.
     *
     * @throws QuernException RETRYABLE if it cannot be written now
     */
    TuningEvent.Saved keep(TrainingState state) {
        lock.lock();
        try {
            take(state);
            write();
            return new TuningEvent.Saved(copiedStep, copiedLoss);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a checkpoint waits for its disk. */
    boolean waits() {
        return due;
    }

    private void writeCopy() {
        try {
            write();
        } catch (QuernException failed) {
            notBeforeNanos = System.nanoTime() + AGAIN_NANOS;
            due = true;
            if (!told) {
                told = true;
                listener.accept(new TuningEvent.Unsaved(failed.getMessage()));
            }
        }
    }

    /**
     * Writes the newest copy, if no file has it, and all losses. Blocks on the disk; from any thread.
     *
     * @throws QuernException RETRYABLE if it cannot be written now
     */
    void write() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            writeLosses();
            if (copiedStep > writtenStep) {
                snapshots.save();
                writtenStep = copiedStep;
                told = false;
                listener.accept(new TuningEvent.Saved(writtenStep, copiedLoss));
            }
        } catch (RuntimeException failed) {
            throw failed instanceof QuernException known ? known : new QuernException(
                    Category.RETRYABLE, "the run's files cannot be written: " + failed.getMessage(), failed);
        } finally {
            lock.unlock();
        }
    }

    private void writeLosses() {
        List<StepResult> results;
        synchronized (unwritten) {
            results = List.copyOf(unwritten);
        }
        if (results.isEmpty()) {
            return;
        }
        log.add(results);
        synchronized (unwritten) {
            unwritten.removeIf(result -> result.step() <= results.getLast().step());
        }
    }

    /** Nothing is written from now on. Waits for what is being written. */
    void close() {
        lock.lock();
        closed = true;
        lock.unlock();
    }
}
