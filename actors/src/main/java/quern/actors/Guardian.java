package quern.actors;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineParts;
import quern.actors.engine.WeightPlan;
import quern.actors.fleet.EngineLaunch;
import quern.actors.fleet.LoadRate;
import quern.actors.fleet.ModelBudget;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelLoader;
import quern.actors.ingest.Ingestor;
import quern.actors.jobs.JobQueue;
import quern.actors.jobs.JobStarter;
import quern.actors.pipelines.Pipelines;
import quern.actors.serving.GenerationRouter;
import quern.actors.serving.OtherModels;
import quern.config.ApplianceConfig;
import quern.kv.journal.JobKind;

/**
 * The root of all actors. Waits for the model, starts the engine when it is there, and stops
 * everything in the order: jobs, engine, model.
 */
public final class Guardian extends AbstractMatchingBehavior<Guardian.Command> {

    private static final String MODEL = ModelLoading.PART;
    /** After a model could not be loaded, before it is tried again. */
    private static final Duration LOAD_PAUSE = Duration.ofSeconds(5);

    public sealed interface Command {}

    /** @param replyTo told the actors others talk to */
    public record Introduce(ActorRef<Residents> replyTo) implements Command {}

    /** @param replyTo told once everything below has stopped and the model's memory is freed */
    public record Stop(ActorRef<Stopped> replyTo) implements Command {}

    private record Loaded(EngineParts parts) implements Command {}

    private record NotLoaded(Throwable cause) implements Command {}

    private enum JobsStopped implements Command { NOW }

    /** An actor that lasts as long as the process ended by itself. */
    private record Lost(String part) implements Command {}

    private record FleetStopped() implements Command {}

    private record EngineStopped() implements Command {}

    private record PartsClosed() implements Command {}

    /** The actors that last as long as the process. */
    public record Residents(
            ActorRef<GenerationRouter.Command> router,
            ActorRef<JobQueue.Command> jobs,
            ActorRef<Ingestor.Command> ingestor) {}

    public record Stopped() {}

    /**
     * @param house what the actors share
     * @param starters what runs the jobs of each kind
     */
    public static Behavior<Command> create(House house, Map<JobKind, JobStarter> starters) {
        return Behaviors.setup(context -> new Guardian(context, house, starters));
    }

    private final House house;
    private final ApplianceConfig config;
    private final Executor io;
    private final ActorRef<GenerationRouter.Command> router;
    private final ActorRef<JobQueue.Command> jobs;
    private final ActorRef<ModelFleet.Command> fleet;
    private final ActorRef<Ingestor.Command> ingestor;
    private final ActorRef<Void> pipelines;
    private Optional<ActorRef<EngineActor.Command>> engine = Optional.empty();
    private Optional<ActorRef<Stopped>> stopping = Optional.empty();
    private boolean loading = true;

    private Guardian(ActorContext<Command> context, House house, Map<JobKind, JobStarter> starters) {
        super(context);
        this.house = house;
        this.config = house.config();
        DispatcherSelector ioSelector = DispatcherSelector.fromConfig("quern-io");
        this.io = context.getSystem().dispatchers().lookup(ioSelector);
        this.fleet = context.spawn(ModelFleet.create(house,
                        new ModelBudget(WeightPlan.budget(config), config.models().loadedMax()), io, LOAD_PAUSE),
                "fleet", ioSelector);
        house.commands(fleet);
        this.router = context.spawn(GenerationRouter.create(house.observer(), new OtherModels(
                        house.names(), fleet, config.models().loadWait(), requestsMax(config))),
                "router", DispatcherSelector.fromConfig("quern-text"));
        this.jobs = context.spawn(
                JobQueue.create(house.stores().catalogue(), starters, config.jobs().queueMax(),
                        config.jobs().attemptsMax(), System::currentTimeMillis),
                "jobs", ioSelector);
        this.ingestor = context.spawn(
                Ingestor.create(house.stores().documents(), house.stores().quarantine(), config.ingest()),
                "ingestor", ioSelector);
        this.pipelines = context.spawn(Pipelines.create(house, ingestor, jobs), "pipelines", ioSelector);
        context.watchWith(jobs, JobsStopped.NOW);
        context.watchWith(router, new Lost("router"));
        context.watchWith(fleet, new Lost("fleet"));
        context.watchWith(ingestor, new Lost("ingestor"));
        context.pipeToSelf(
                house.loading().parts(),
                (loaded, failure) -> failure == null ? new Loaded(loaded) : new NotLoaded(failure));
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Introduce introduce -> onIntroduce(introduce);
            case Loaded loaded -> onLoaded(loaded.parts());
            case NotLoaded failed -> onNotLoaded(failed.cause());
            case Stop stop -> onStop(stop);
            case JobsStopped stopped -> onJobsStopped();
            case Lost lost -> onLost(lost.part());
            case FleetStopped stopped -> stopEngine();
            case EngineStopped stopped -> closeParts();
            case PartsClosed closed -> onPartsClosed();
        };
    }

    private Behavior<Command> onIntroduce(Introduce introduce) {
        introduce.replyTo().tell(new Residents(router, jobs, ingestor));
        return this;
    }

    private Behavior<Command> onLoaded(EngineParts loaded) {
        loading = false;
        if (stopping.isPresent()) {
            return closeParts();
        }
        House.Running running = EngineLaunch.of(getContext(), house, loaded, house.board(), house.readiness());
        engine = Optional.of(running.engine());
        getContext().watchWith(running.engine(), new Lost("engine"));
        router.tell(new GenerationRouter.Open(GenerationRouter.Serving.of(running, requestsMax(config))));
        fleet.tell(new ModelFleet.Open(ModelLoader.onto(loaded.machine(), house), List.of(new ModelBudget.Loaded(
                loaded.servedId(), loaded.memoryBytes(), 0, 0, true)),
                LoadRate.of(loaded.memoryBytes(), house.loading().nanos())));
        house.opened(running);
        house.readiness().clear(MODEL);
        getContext().getLog().info("model {} is ready on {}", loaded.servedId(),
                loaded.choice().backend().description());
        return this;
    }

    private static int requestsMax(ApplianceConfig config) {
        return config.engine().sequencesMax() + config.engine().queueMax();
    }

    private Behavior<Command> onNotLoaded(Throwable failure) {
        loading = false;
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        getContext().getLog().error("the model could not be loaded", cause);
        house.readiness().block(MODEL, "the model could not be loaded: " + cause.getMessage());
        house.failed(cause);
        router.tell(new GenerationRouter.Shut("the model could not be loaded: " + cause.getMessage()));
        return stopping.isPresent() ? closeParts() : this;
    }

    private Behavior<Command> onStop(Stop stop) {
        stopping = Optional.of(stop.replyTo());
        router.tell(new GenerationRouter.Shut("the server is shutting down"));
        getContext().stop(pipelines);
        getContext().stop(jobs);
        return this;
    }

    private Behavior<Command> onLost(String part) {
        if (stopping.isEmpty()) {
            house.readiness().block(part, "the " + part + " ended by itself; restart the server");
            getContext().getLog().error("the {} ended by itself", part);
            if (part.equals("engine")) {
                router.tell(new GenerationRouter.Shut("the engine ended by itself"));
            }
        }
        return this;
    }

    private Behavior<Command> onJobsStopped() {
        if (stopping.isEmpty()) {
            return onLost("jobs");
        }
        fleet.tell(new ModelFleet.Stop(getContext().messageAdapter(
                ModelFleet.Stopped.class, stopped -> new FleetStopped())));
        return this;
    }

    private Behavior<Command> stopEngine() {
        if (engine.isPresent()) {
            ActorRef<EngineActor.Stopped> adapter =
                    getContext().messageAdapter(EngineActor.Stopped.class, stopped -> new EngineStopped());
            engine.get().tell(new EngineActor.Stop(adapter));
            return this;
        }
        return loading ? this : closeParts();
    }

    private Behavior<Command> closeParts() {
        getContext().pipeToSelf(
                CompletableFuture.runAsync(house.loading()::close, io),
                (done, failure) -> new PartsClosed());
        return this;
    }

    private Behavior<Command> onPartsClosed() {
        stopping.ifPresent(replyTo -> replyTo.tell(new Stopped()));
        return Behaviors.stopped();
    }
}
