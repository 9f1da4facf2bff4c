package quern.actors.engine;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.Readiness;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.StepWork;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EncodeRequest;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.kv.BlockPool;

/**
 * Drives the {@link EngineLoop}: one step a tick, a tick as long as there is work, so that messages get in between any
 * two steps. Belongs on a pinned dispatcher.
 *
 * <p>Whatever is thrown while a message is handled breaks the loop: everything in flight fails at once, and once no
 * read is under way every block the loop held is reclaimed and another loop takes its place, at once the first time and
 * after a growing pause when it breaks again. Until then requests are refused as retryable and the process is not
 * ready.
 */
public final class EngineActor extends AbstractMatchingBehavior<EngineActor.Command> {

    /** Dispatcher this actor belongs on. */
    public static final String DISPATCHER = "quern-compute";

    private static final String IO_DISPATCHER = "quern-io";
    private static final String PART = "engine";
    private static final long LOOK_NANOS_MIN = 1_000_000;
    /** After the last step: whoever asks right after a start or an answer shall not wait for a piece. */
    private static final long REST_NANOS = 300_000_000;

    public sealed interface Command {}

    /**
     * All of these sequences or none.
     *
     * @param events gets the events of the sequences, exactly one terminal each
     * @param replyTo gets exactly one {@link EnqueueReply}, before any event
     */
    public record Enqueue(
            List<SequenceRequest> sequences, EngineListener events, ActorRef<EnqueueReply> replyTo)
            implements Command {}

    /** All of these texts or none, by the encoder; for the rest as {@link Enqueue}. */
    public record Encode(
            List<EncodeRequest> texts, EngineListener events, ActorRef<EnqueueReply> replyTo)
            implements Command {}

    /** The terminal event comes all the same; unknown ids are ignored. */
    public record Cancel(long sequenceId) implements Command {}

    /** @param replyTo told when the work is done, broke, or could not be attached; not after a detach */
    public record Attach(StepWork work, ActorRef<EngineEvent.WorkEnded> replyTo) implements Command {}

    /** @param replyTo told once no slice of the work runs or will run */
    public record Detach(StepWork work, ActorRef<Detached> replyTo) implements Command {}

    /** Fails what is in flight and stops. @param replyTo told when no I/O of the engine is left */
    public record Stop(ActorRef<Stopped> replyTo) implements Command {}

    private enum Tick implements Command { NOW }

    /** A deadline may have passed while nothing else was to be done. */
    private enum Look implements Command { NOW }

    private enum Idle implements Command { NOW }

    private record LoadsDone(TierTraffic.Loaded loaded) implements Command {}

    private record WrittenBehind(int blocks) implements Command {}

    /** The pause after a failure is over. */
    private enum Replace implements Command { NOW }

    public sealed interface EnqueueReply {}

    public record Enqueued() implements EnqueueReply {}

    public record NotEnqueued(QuernException cause) implements EnqueueReply {}

    public record Detached(StepWork work) {}

    public record Stopped() {}

    /**
     * @param loops makes a loop over the same model and {@code pool}; called again when one broke
     * @param readiness blocked while the engine cannot serve
     */
    public static Behavior<Command> create(
            Supplier<EngineLoop> loops, BlockPool pool, EngineBoard board, Readiness readiness) {
        return create(loops, pool, board, readiness, () -> false);
    }

    /** @param idle a piece of work for when nobody asks anything; whether there is more of it */
    public static Behavior<Command> create(Supplier<EngineLoop> loops, BlockPool pool, EngineBoard board,
            Readiness readiness, BooleanSupplier idle) {
        return Behaviors.setup(context -> new EngineActor(context, loops, pool, board, readiness, idle));
    }

    private final Supplier<EngineLoop> loops;
    private final BlockPool pool;
    private final TierTraffic traffic;
    private final EngineBoard board;
    private final Readiness readiness;
    private final BooleanSupplier idle;
    private final Deliveries deliveries;
    private final Map<StepWork, ActorRef<EngineEvent.WorkEnded>> attached = new IdentityHashMap<>();
    private final RestartPace pace = new RestartPace();
    /** Absent while it is replaced. */
    private Optional<EngineLoop> loop = Optional.empty();
    private boolean pausing;
    private boolean ticking;
    private boolean idles = true;
    private long askedNanos = System.nanoTime();
    private Cancellable rest = Cancellable.alreadyCancelled();
    private Cancellable look = Cancellable.alreadyCancelled();
    private Optional<ActorRef<Stopped>> stopping = Optional.empty();

    private EngineActor(
            ActorContext<Command> context, Supplier<EngineLoop> loops, BlockPool pool, EngineBoard board,
            Readiness readiness, BooleanSupplier idle) {
        super(context);
        this.idle = idle;
        this.loops = loops;
        this.pool = pool;
        this.board = board;
        this.readiness = readiness;
        this.traffic = new TierTraffic(pool,
                context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(IO_DISPATCHER)), board.rates());
        this.deliveries = new Deliveries(new Courier(
                context.getSystem().dispatchers().lookup(DispatcherSelector.defaultDispatcher())));
        replaceLoop();
        context.getSelf().tell(Look.NOW);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        try {
            handle(message);
        } catch (RuntimeException | Error failure) {
            breakDown(failure);
        }
        return next();
    }

    private void handle(Command message) {
        switch (message) {
            case Enqueue enqueue -> submit(enqueue.sequences(), SequenceRequest::id, EngineLoop::submit,
                    enqueue.events(), enqueue.replyTo());
            case Encode encode -> submit(
                    encode.texts(), EncodeRequest::id, EngineLoop::submit, encode.events(), encode.replyTo());
            case Cancel cancel -> loop.ifPresent(running -> running.cancel(cancel.sequenceId()));
            case Attach attach -> onAttach(attach);
            case Detach detach -> onDetach(detach);
            case Stop stop -> onStop(stop);
            case Tick tick -> onTick();
            case Look look -> { }
            case Idle nobodyAsks -> onIdle();
            case LoadsDone done -> traffic.taken(done.loaded(), loop);
            case WrittenBehind written -> onWritten(written);
            case Replace replace -> pausing = false;
        }
    }

    private Behavior<Command> next() {
        if (stopping.isEmpty() && loop.isEmpty() && !pausing && !traffic.reads()) {
            replaceLoop();
        }
        if (!ticking && loop.isPresent() && loop.get().hasWork()) {
            ticking = true;
            getContext().getSelf().tell(Tick.NOW);
        }
        rest.cancel();
        if (idles && !ticking && loop.isPresent()) {
            long left = askedNanos + REST_NANOS - System.nanoTime();
            rest = getContext().scheduleOnce(Duration.ofNanos(Math.max(left, 1)), getContext().getSelf(), Idle.NOW);
        }
        lookAtDeadlines();
        if (stopping.isPresent() && !ticking && !traffic.writes() && !traffic.reads()) {
            stopping.get().tell(new Stopped());
            return Behaviors.stopped();
        }
        return this;
    }

    private void lookAtDeadlines() {
        look.cancel();
        loop.filter(idle -> !ticking).ifPresent(idle -> idle.nextDeadlineNanos().ifPresent(
                nanos -> look = getContext().scheduleOnce(Duration.ofNanos(Math.max(nanos, LOOK_NANOS_MIN)),
                        getContext().getSelf(), Look.NOW)));
    }

    private <R> void submit(List<R> requests, ToLongFunction<R> id, BiConsumer<EngineLoop, R> submit,
            EngineListener events, ActorRef<EnqueueReply> replyTo) {
        int taken = 0;
        try {
            EngineLoop running = running();
            for (R request : requests) {
                submit.accept(running, request);
                taken++;
            }
        } catch (QuernException refused) {
            replyTo.tell(new NotEnqueued(refused));
            requests.stream().limit(taken).forEach(request -> loop.ifPresent(
                    running -> running.cancel(id.applyAsLong(request))));
            return;
        } catch (RuntimeException | Error failure) {
            replyTo.tell(new NotEnqueued(failed(failure)));
            throw failure;
        }
        requests.forEach(request -> deliveries.open(id.applyAsLong(request), events));
        replyTo.tell(new Enqueued());
    }

    private EngineLoop running() {
        if (stopping.isPresent()) {
            throw new QuernException(Category.RETRYABLE, "the engine is stopping");
        }
        return loop.orElseThrow(() -> new QuernException(
                Category.RETRYABLE, "the engine failed and is being replaced"));
    }

    private void onAttach(Attach attach) {
        try {
            running().attach(attach.work());
            attached.put(attach.work(), attach.replyTo());
        } catch (QuernException refused) {
            attach.replyTo().tell(new EngineEvent.WorkEnded(attach.work(), Optional.of(refused)));
        } catch (IllegalStateException busy) {
            attach.replyTo().tell(new EngineEvent.WorkEnded(attach.work(), Optional.of(
                    new QuernException(Category.RETRYABLE, "other work is attached to the engine", busy))));
        }
    }

    private void onDetach(Detach detach) {
        attached.remove(detach.work());
        loop.ifPresent(running -> running.detach(detach.work()));
        detach.replyTo().tell(new Detached(detach.work()));
    }

    private void onStop(Stop stop) {
        stopping = Optional.of(stop.replyTo());
        attached.clear();
        endAll(new QuernException(Category.RETRYABLE, "the server is shutting down"));
        loop = Optional.empty();
    }

    private void onTick() {
        ticking = false;
        if (loop.isEmpty()) {
            return;
        }
        askedNanos = System.nanoTime();
        EngineLoop running = loop.get();
        List<EngineEvent> events = running.step();
        board.show(running.stats());
        events.forEach(this::deliver);
        List<BlockLoad> loads = running.takeLoads();
        if (!loads.isEmpty()) {
            getContext().pipeToSelf(traffic.read(running, loads), (loaded, failure) -> new LoadsDone(loaded));
        }
        deliveries.stepEnded(System.nanoTime(), !running.hasWork());
        writeBehind();
    }

    private void onIdle() {
        // Whoever waits for blocks has asked, though the loop has nothing to do.
        idles = loop.isEmpty() || loop.get().hasWork() || traffic.reads() || idle.getAsBoolean();
    }

    private void deliver(EngineEvent event) {
        switch (event) {
            case EngineEvent.TokenProduced token -> deliveries.tell(token);
            case EngineEvent.Terminal terminal -> deliveries.tell(terminal);
            case EngineEvent.WorkEnded ended -> {
                ActorRef<EngineEvent.WorkEnded> listener = attached.remove(ended.work());
                if (listener != null) {
                    listener.tell(ended);
                }
            }
        }
    }

    private void writeBehind() {
        if (stopping.isEmpty()) {
            traffic.writeBehind().ifPresent(writing -> getContext().pipeToSelf(
                    writing, (blocks, failure) -> new WrittenBehind(failure == null ? blocks : 0)));
        }
    }

    private void onWritten(WrittenBehind written) {
        if (traffic.written(written.blocks())) {
            writeBehind();
        }
    }

    private static QuernException failed(Throwable failure) {
        return new QuernException(Category.RETRYABLE, "the engine failed: " + failure, failure);
    }

    private void breakDown(Throwable failure) {
        readiness.block(PART, "the engine failed and is being replaced");
        getContext().getLog().error("engine loop broke with {} sequences", deliveries.sequences().size(), failure);
        loop = Optional.empty();
        QuernException cause = failed(failure);
        endAll(cause);
        attached.forEach((work, listener) -> listener.tell(new EngineEvent.WorkEnded(work, Optional.of(cause))));
        attached.clear();
        pause();
    }

    private void endAll(QuernException cause) {
        deliveries.sequences().forEach(id -> deliveries.tell(new EngineEvent.Failed(id, cause)));
        deliveries.send();
    }

    private void pause() {
        board.failed();
        Duration pause = pace.afterFailure(System.nanoTime());
        pausing = pause.isPositive();
        if (pausing) {
            getContext().scheduleOnce(pause, getContext().getSelf(), Replace.NOW);
        }
    }

    /** Blocks that the broken loop's books had lost come back here, so a failure leaks none. */
    private void replaceLoop() {
        try {
            int reclaimed = pool.reclaim();
            if (reclaimed > 0) {
                getContext().getLog().info("{} blocks of the engine that failed were reclaimed", reclaimed);
            }
            EngineLoop made = loops.get();
            board.show(made.stats());
            loop = Optional.of(made);
            readiness.clear(PART);
        } catch (RuntimeException | Error failure) {
            readiness.block(PART, "no engine could be made: " + failure);
            getContext().getLog().error("no engine loop could be made", failure);
            pause();
            if (!pausing) {
                pausing = true;
                getContext().getSelf().tell(Replace.NOW);
            }
        }
    }
}
