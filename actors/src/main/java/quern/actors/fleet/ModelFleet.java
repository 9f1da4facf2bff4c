package quern.actors.fleet;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.House;
import quern.actors.Readiness;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineBoard;
import quern.actors.engine.EngineParts;
import quern.actors.fleet.Berth.Phase;
import quern.actors.fleet.Berth.Waiter;
import quern.kv.journal.ModelRecord;

/**
 * Owns the models that are loaded when they are asked for. One is loaded or unloaded at a time, in the order of their
 * first requests. A model in use is never unloaded; where another waits for its room, new requests for it wait behind
 * that. What is served from the start belongs to the guardian: here it only counts.
 */
public final class ModelFleet extends AbstractMatchingBehavior<ModelFleet.Command> {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    public sealed interface Command {}

    /** What a model is used for. Room is not made of one that a job uses. */
    public enum Use { REQUEST, JOB }

    /**
     * Asks for a model, which is loaded for it.
     *
     * @param keepAlive how long it stays after this use; absent: as configured
     * @param waitMax how long to wait for it
     * @param then gets exactly one {@link Reply}, on the fleet's thread; a {@link Held} must be closed
     */
    public record Acquire(String model, Use use, Optional<Duration> keepAlive, Duration waitMax, Consumer<Reply> then)
            implements Command {}

    /** @param then gets exactly one {@link UnloadReply} */
    public record Unload(String model, Consumer<UnloadReply> then) implements Command {}

    /** There is a machine, and room is what the models that stay leave. @param rate of loading them */
    public record Open(ModelLoader loader, List<ModelBudget.Loaded> staying, LoadRate rate) implements Command {}

    /** Unloads everything, whoever uses it. */
    public record Stop(ActorRef<Stopped> replyTo) implements Command {}

    private record Stage(String model, String stage) implements Command {}

    private record Loaded(String model, EngineParts parts, long nanos) implements Command {}

    private record NotLoaded(String model, Throwable cause) implements Command {}

    private record Released(String model, Use use) implements Command {}

    private record Idle(String model, long use) implements Command {}

    private record WaitOver(String model, Consumer<Reply> waiter) implements Command {}

    private record EngineEnded(String model) implements Command {}

    private record Closed(String model) implements Command {}

    private record Stays(String model) implements Command {}

    public sealed interface Reply {}

    public record Held(ModelHold hold) implements Reply {}

    /** @param retrySeconds after which it should be there */
    public record Loading(String message, int retrySeconds) implements Reply {}

    public record Failed(String reason, int retrySeconds) implements Reply {}

    public record Unknown(String model) implements Reply {}

    public sealed interface UnloadReply {}

    public record Unloaded(String model) implements UnloadReply {}

    public record InUse(String reason) implements UnloadReply {}

    public record NotThere(String model) implements UnloadReply {}

    public record Stopped() {}

    /**
     * @param io runs what blocks
     * @param pause after a failure, before it is tried again; doubled with each further one
     */
    public static Behavior<Command> create(House house, ModelBudget budget, Executor io, Duration pause) {
        return Behaviors.setup(context -> new ModelFleet(context, house, budget, io, pause));
    }

    private final House house;
    private final ModelNames names;
    private final FleetBoard board;
    private final ModelBudget budget;
    private final Executor io;
    private final Duration pause;
    private final Map<String, Berth> berths = new TreeMap<>();
    private final Deque<Berth> queue = new ArrayDeque<>();
    private Optional<Open> open = Optional.empty();
    private Optional<ActorRef<Stopped>> stopping = Optional.empty();
    private long uses;

    private ModelFleet(
            ActorContext<Command> context, House house, ModelBudget budget, Executor io, Duration pause) {
        super(context);
        this.house = house;
        this.names = house.names();
        this.board = house.fleet();
        this.budget = budget;
        this.io = io;
        this.pause = pause;
        board.budget(budget.bytes());
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Acquire acquire -> onAcquire(acquire);
            case Unload unload -> onUnload(unload);
            case Open opened -> open = Optional.of(opened);
            case Stop stop -> stopping = Optional.of(stop.replyTo());
            case Stage(String model, String stage) -> berth(model).ifPresent(berth -> berth.stage = stage);
            case Loaded loaded -> onLoaded(loaded);
            case NotLoaded(String model, Throwable cause) -> berth(model).ifPresent(berth -> fail(berth, cause));
            case Released released -> onReleased(released);
            case Idle(String model, long use) -> berth(model).filter(berth -> berth.lastUse == use)
                    .filter(berth -> berth.phase == Phase.LOADED).ifPresent(this::unloadOrLookAgain);
            case WaitOver over -> berth(over.model()).ifPresent(berth -> berth.waitOver(over.waiter(), queue));
            case EngineEnded(String model) -> berth(model).ifPresent(this::onEngineEnded);
            case Closed(String model) -> berth(model).ifPresent(this::onClosed);
            case Stays(String model) -> berth(model).ifPresent(Berth::stay);
        }
        goOn();
        board.show(berths.values().stream().map(Berth::status).toList());
        return stopping.isPresent() ? stopped() : this;
    }

    private Optional<Berth> berth(String model) {
        return Optional.ofNullable(berths.get(model));
    }

    private void onAcquire(Acquire acquire) {
        Optional<ModelRecord> record = names.find(acquire.model());
        if (record.isEmpty() || stopping.isPresent()) {
            acquire.then().accept(stopping.isPresent() ? new Failed("the server is shutting down", 1)
                    : new Unknown(acquire.model()));
            return;
        }
        Berth berth = berths.compute(acquire.model(), (name, known) -> known != null && (known.phase != Phase.ABSENT
                && known.phase != Phase.FAILED || known.record.equals(record.get())) ? known : newBerth(record.get()));
        long left = berth.retryNanos - System.nanoTime();
        if (berth.phase == Phase.FAILED && left > 0) {
            acquire.then().accept(new Failed(berth.stage, Berth.seconds(left)));
            return;
        }
        boolean there = berth.phase == Phase.LOADED && !berth.drained;
        if (there && hold(berth, acquire.use(), acquire.keepAlive(), acquire.then())) {
            return;
        }
        if (berth.phase == Phase.ABSENT || berth.phase == Phase.FAILED) {
            enqueue(berth);
        }
        if (acquire.waitMax().isZero()) {
            berth.keepAlive = acquire.keepAlive().orElse(house.config().models().keepAlive());
            acquire.then().accept(berth.loading(queue));
            return;
        }
        berth.waiters.add(new Waiter(acquire.use(), acquire.keepAlive(), acquire.then(), getContext().scheduleOnce(
                acquire.waitMax(), getContext().getSelf(), new WaitOver(acquire.model(), acquire.then()))));
    }

    private Berth newBerth(ModelRecord record) {
        return new Berth(record, names.memoryBytes(record), house.config().models().keepAlive());
    }

    private void enqueue(Berth berth) {
        long bytes = names.memoryBytes(berth.record);
        berth.wait(bytes, open.map(Open::rate).orElseGet(LoadRate::new).nanosOf(bytes));
        queue.add(berth);
    }

    /** @return whether it is held; if not, it is being unloaded */
    private boolean hold(Berth berth, Use use, Optional<Duration> keepAlive, Consumer<Reply> then) {
        ActorRef<Command> self = getContext().getSelf();
        String name = berth.name();
        Optional<ModelHold> hold =
                berth.running.flatMap(running -> ModelHold.of(running, () -> self.tell(new Released(name, use))));
        hold.ifPresent(taken -> {
            berth.taken(++uses, use, keepAlive.orElse(house.config().models().keepAlive()));
            then.accept(new Held(taken));
        });
        return hold.isPresent();
    }

    private void onReleased(Released released) {
        berth(released.model()).ifPresent(berth -> {
            berth.released(++uses, released.use());
            rest(berth);
        });
    }

    /** Sees to it that a model goes that nobody asks for. */
    private void rest(Berth berth) {
        berth.idle.cancel();
        berth.untilMs = OptionalLong.empty();
        if (berth.phase != Phase.LOADED || berth.users() > 0) {
            return;
        }
        if (!berth.leaving.isEmpty() || berth.keepAlive.isZero()) {
            unloadOrLookAgain(berth);
            return;
        }
        if (berth.keepAlive.equals(KeepAlive.FOREVER)) {
            return;
        }
        berth.untilMs = OptionalLong.of(System.currentTimeMillis() + berth.keepAlive.toMillis());
        berth.idle = getContext().scheduleOnce(
                berth.keepAlive, getContext().getSelf(), new Idle(berth.name(), berth.lastUse));
    }

    private void unloadOrLookAgain(Berth berth) {
        if (!unload(berth)) {
            berth.idle = getContext().scheduleOnce(
                    LOOK_AGAIN, getContext().getSelf(), new Idle(berth.name(), berth.lastUse));
        }
    }

    private void onUnload(Unload order) {
        Optional<Berth> found = berth(order.model());
        switch (found.map(berth -> berth.phase).orElse(Phase.ABSENT)) {
            case ABSENT, FAILED -> order.then().accept(found.isPresent() || names.find(order.model()).isPresent()
                    ? new Unloaded(order.model()) : new NotThere(order.model()));
            case WAITING, LOADING -> order.then().accept(
                    new InUse("model '" + order.model() + "' is being loaded"));
            case UNLOADING -> found.get().leaving.add(order.then());
            case LOADED -> {
                found.get().leaving.add(order.then());
                if (!unload(found.get())) {
                    // A request whose answer is out may not have let go yet.
                    getContext().scheduleOnce(LOOK_AGAIN, getContext().getSelf(), new Stays(order.model()));
                }
            }
        }
    }

    /** Loads the first of those that wait, as soon as there is room. */
    private void goOn() {
        boolean busy = berths.values().stream()
                .anyMatch(berth -> berth.phase == Phase.LOADING || berth.phase == Phase.UNLOADING);
        if (!busy && open.isPresent()) {
            berths.values().forEach(berth -> berth.drained = false);
            boolean waits = stopping.isPresent();
            while (!queue.isEmpty() && !waits) {
                waits = makeRoom(queue.peek());
            }
        }
        berths.values().stream().filter(berth -> berth.phase == Phase.LOADED && !berth.drained)
                .forEach(this::serveWaiters);
    }

    private void serveWaiters(Berth berth) {
        for (Waiter waiter : List.copyOf(berth.waiters)) {
            if (hold(berth, waiter.use(), waiter.keepAlive(), waiter.then())) {
                waiter.limit().cancel();
                berth.waiters.remove(waiter);
            }
        }
    }

    /** @return whether there is none yet, or it is taken now */
    private boolean makeRoom(Berth berth) {
        List<ModelBudget.Loaded> loaded = new ArrayList<>(open.orElseThrow().staying());
        berths.values().stream().filter(one -> one.phase == Phase.LOADED).map(Berth::counted).forEach(loaded::add);
        ModelBudget.Room room = budget.room(berth.name(), berth.bytes, loaded);
        if (room instanceof ModelBudget.Never && names.streams(berth.record) && budget.most(loaded) > 0) {
            berth.bytes = Math.min(berth.bytes, budget.most(loaded));
            room = budget.room(berth.name(), berth.bytes, loaded);
        }
        switch (room) {
            case ModelBudget.Fits fits -> load(queue.remove(), loaded);
            case ModelBudget.Unload(List<String> idle, List<String> drained) -> {
                drained.forEach(name -> berths.get(name).drained = true);
                berth.stage = "waits for room";
                idle.stream().findFirst().map(berths::get).ifPresent(this::unloadOrLookAgain);
            }
            case ModelBudget.Later(String reason) -> berth.stage = reason;
            case ModelBudget.Never(String reason) -> {
                queue.remove();
                fail(berth, new IllegalStateException(reason));
                return false;
            }
        }
        return true;
    }

    private void load(Berth berth, List<ModelBudget.Loaded> loaded) {
        berth.begin(System.nanoTime());
        long room = budget.bytes() - loaded.stream().mapToLong(ModelBudget.Loaded::bytes).sum();
        ModelLoader loader = open.orElseThrow().loader();
        ActorRef<Command> self = getContext().getSelf();
        String name = berth.name();
        getContext().pipeToSelf(
                CompletableFuture.supplyAsync(() -> loader.load(
                        berth.record, room, stage -> self.tell(new Stage(name, stage))), ModelLoader.THREAD),
                (parts, failure) -> failure == null
                        ? new Loaded(name, parts, System.nanoTime() - berth.beganNanos) : new NotLoaded(name, failure));
    }

    private void onLoaded(Loaded loaded) {
        Berth berth = berths.get(loaded.model());
        open.orElseThrow().rate().add(loaded.parts().memoryBytes(), loaded.nanos());
        House.Running running = EngineLaunch.of(
                getContext(), house, loaded.parts(), new EngineBoard(), new Readiness());
        getContext().watchWith(running.engine(), new EngineEnded(berth.name()));
        berth.loaded(running, ++uses);
        board.show(berth.name(), running);
        board.counted(loaded.nanos());
        getContext().getLog().info("model {} is loaded, {} ms", berth.name(), loaded.nanos() / 1_000_000);
        serveWaiters(berth);
        rest(berth);
    }

    private void fail(Berth berth, Throwable failure) {
        long nanos = berth.failed(failure.getCause() == null ? failure : failure.getCause(), pause);
        board.failed();
        getContext().getLog().warn("model {} could not be loaded: {}", berth.name(), berth.stage);
        berth.refuse(new Failed(berth.stage, Berth.seconds(nanos)));
    }

    /** @return whether nobody uses it, so that it goes */
    private boolean unload(Berth berth) {
        if (!berth.running.orElseThrow().occupancy().shut()) {
            return false;
        }
        beginUnload(berth);
        return true;
    }

    private void beginUnload(Berth berth) {
        berth.phase = Phase.UNLOADING;
        berth.idle.cancel();
        board.hide(berth.name());
        berth.running.orElseThrow().engine().tell(new EngineActor.Stop(getContext().getSystem().ignoreRef()));
    }

    /** Asked to, or by itself; its sequences have failed then. */
    private void onEngineEnded(Berth berth) {
        board.hide(berth.name());
        if (berth.phase == Phase.LOADED) {
            getContext().getLog().error("the engine of model {} ended by itself", berth.name());
        }
        berth.phase = Phase.UNLOADING;
        EngineParts parts = berth.running.orElseThrow().parts();
        getContext().pipeToSelf(CompletableFuture.runAsync(parts::close, io), (done, failure) -> {
            if (failure != null) {
                getContext().getLog().error("model {} was not closed cleanly", berth.name(), failure);
            }
            return new Closed(berth.name());
        });
    }

    private void onClosed(Berth berth) {
        board.unloaded();
        getContext().getLog().info("model {} is unloaded", berth.name());
        berth.gone();
        if (!berth.waiters.isEmpty()) {
            enqueue(berth);
        }
    }

    private Behavior<Command> stopped() {
        queue.clear();
        berths.values().forEach(berth -> berth.refuse(new Failed("the server is shutting down", 1)));
        berths.values().stream().filter(berth -> berth.phase == Phase.LOADED).forEach(this::beginUnload);
        boolean over = berths.values().stream()
                .noneMatch(berth -> berth.phase == Phase.LOADING || berth.phase == Phase.UNLOADING);
        if (over) {
            stopping.orElseThrow().tell(new Stopped());
        }
        return over ? Behaviors.stopped() : this;
    }
}
