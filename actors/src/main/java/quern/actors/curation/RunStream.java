package quern.actors.curation;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import quern.config.CurationConfig;
import quern.config.QuernException;
import quern.curation.Batch;
import quern.curation.Operator;
import quern.curation.Pipeline;
import quern.curation.PipelineRun;
import quern.curation.RunException;

/**
 * Takes a run's samples through each of its stages as a backpressured stream: batches are read, decided on and
 * written in order on one thread, and worked on by as many as the machine has cores in between. What is under way is
 * bounded; the dataset has the same bytes as with one thread. Owns the run. One thread at a time.
 */
public final class RunStream implements AutoCloseable {

    private static final String IO_DISPATCHER = "quern-io";
    private static final String WORK_DISPATCHER = "quern-curation";
    private static final String WAITING_DISPATCHER = "quern-waiting";
    private static final int BATCH_SAMPLES = 32;
    /** Samples under way for each request that may be: one that takes long does not hold up the others. */
    private static final int WAITING_PER_REQUEST = 2;
    private static final long END_S = 60;

    private final PipelineRun run;
    private final ActorSystem<?> system;
    private final Executor workers;
    private final int threads;
    private final int batchSamples;
    private final Executor io;
    private UniqueKillSwitch stop;
    private Between between;
    private CompletableFuture<Done> streaming;

    /** @param threads that work on samples at a time; 0: one for each core */
    public RunStream(PipelineRun run, ActorSystem<?> system, int threads) {
        this(run, system, WORK_DISPATCHER, threads > 0 ? threads : Runtime.getRuntime().availableProcessors(),
                BATCH_SAMPLES);
    }

    private RunStream(PipelineRun run, ActorSystem<?> system, String dispatcher, int threads, int batchSamples) {
        this.run = run;
        this.system = system;
        this.io = system.dispatchers().lookup(DispatcherSelector.fromConfig(IO_DISPATCHER));
        this.workers = system.dispatchers().lookup(DispatcherSelector.fromConfig(dispatcher));
        this.threads = threads;
        this.batchSamples = batchSamples;
    }

    /**
     * As the pipeline wants it: where operators mostly wait, see {@link Operator#waits}, more samples are under way,
     * each on a virtual thread of its own.
     */
    public static RunStream of(Pipeline pipeline, PipelineRun run, ActorSystem<?> system, CurationConfig config) {
        boolean waits = pipeline.operators().stream().anyMatch(Operator::waits);
        return waits ? new RunStream(run, system, WAITING_DISPATCHER,
                WAITING_PER_REQUEST * config.generationParallel(), 1) : new RunStream(run, system, config.threads());
    }

    /**
     * Goes on for some time, or until there is something to be done that no stream does.
     *
     * @return false when the dataset is complete
     * @throws QuernException what a batch failed with
     */
    public boolean step(long timeMs) {
        if (streaming == null) {
            if (between != null || !run.isStreaming()) {
                return alone(timeMs);
            }
            start();
        }
        try {
            streaming.get(timeMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException underWay) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
        streaming = null;
        // Nothing is left to read: this ends the stage.
        return alone(timeMs);
    }

    /** A decision over all samples may take minutes: it is waited for as long as for the stream. */
    private boolean alone(long timeMs) {
        if (between == null) {
            between = new Between(() -> run.step(1));
            io.execute(between);
        }
        try {
            boolean more = between.get(timeMs, TimeUnit.MILLISECONDS);
            between = null;
            return more;
        } catch (TimeoutException underWay) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            between = null;
            throw failure(e.getCause());
        }
    }

    /** Work between two stages; interrupted where the run is given up. */
    private static final class Between extends FutureTask<Boolean> {

        private final CountDownLatch ended = new CountDownLatch(1);

        Between(Callable<Boolean> work) {
            super(work);
        }

        @Override
        public void run() {
            try {
                super.run();
            } finally {
                ended.countDown();
            }
        }

        /** Until nothing is under way any more; what never began cannot. */
        void giveUp(boolean interrupted) throws InterruptedException {
            cancel(interrupted);
            ended.await(END_S, TimeUnit.SECONDS);
        }
    }

    private void start() {
        Source<Batch, NotUsed> batches = Source.unfold(NotUsed.getInstance(), at ->
                Optional.ofNullable(run.read(batchSamples)).map(batch -> Pair.create(at, batch)));
        for (int segment = 0; segment < run.segments(); segment++) {
            Source<Batch, NotUsed> decided = segment == 0 ? batches : batches.map(batch -> {
                run.decide(batch);
                return batch;
            });
            // One more than are worked on, so that no thread waits for the next one to be read.
            batches = decided.mapAsync(threads + 1, this::work);
        }
        Pair<UniqueKillSwitch, CompletionStage<Done>> started = batches
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(run::commit), Keep.both())
                .withAttributes(ActorAttributes.dispatcher(IO_DISPATCHER))
                .run(system);
        stop = started.first();
        streaming = started.second().toCompletableFuture();
    }

    private CompletionStage<Batch> work(Batch batch) {
        return CompletableFuture.supplyAsync(() -> {
            run.work(batch);
            return batch;
        }, workers);
    }

    private static RuntimeException failure(Throwable cause) {
        Throwable inner = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        return switch (inner) {
            // Such as a full disk: nothing is lost, and nothing of it is a fault of the program.
            case UncheckedIOException file -> new RunException("curation stopped: " + file.getMessage() + ": "
                    + file.getCause().getMessage() + "; run it again, and it goes on from its last checkpoint", file);
            case RuntimeException known -> known;
            default -> new QuernException(QuernException.Category.ERROR, "curation stopped: " + inner, inner);
        };
    }

    public PipelineRun run() {
        return run;
    }

    /** Ends the stream and gives up the run's files; what was done since its last checkpoint is done again. */
    @Override
    public void close() {
        if (between != null) {
            try {
                // A decision reads and writes files of its own only; what else is done between stages is short.
                between.giveUp(!run.progress().deciding().isEmpty());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            between = null;
        }
        if (streaming != null) {
            stop.shutdown();
            try {
                streaming.get(END_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException ended) {
                streaming = null;
            }
        }
        run.close();
    }
}
