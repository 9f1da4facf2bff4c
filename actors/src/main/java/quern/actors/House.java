package quern.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineBoard;
import quern.actors.engine.EngineParts;
import quern.actors.fleet.FleetBoard;
import quern.actors.fleet.ModelFleet;
import quern.actors.fleet.ModelHold;
import quern.actors.fleet.ModelNames;
import quern.actors.fleet.Occupancy;
import quern.actors.serving.ModelDirectory;
import quern.actors.serving.ServingObserver;
import quern.config.ApplianceConfig;
import quern.config.QuernException.Category;
import quern.config.QuernException;
import quern.kv.journal.ModelRecord;

/** What the actors of one appliance share, made before them. Safe for any thread. */
public final class House {

    /** How long a job waits for its model. */
    private static final Duration JOB_WAIT = Duration.ofDays(30);

    /**
     * A model and its engine, from the moment it is loaded.
     *
     * @param occupancy of those that may go; whoever touches their memory holds them meanwhile
     */
    public record Running(
            EngineParts parts, ActorRef<EngineActor.Command> engine, ModelDirectory models, EngineBoard board,
            Occupancy occupancy) {

        /** What requests call it. */
        public String name() {
            return parts.servedId();
        }
    }

    private final ApplianceConfig config;
    private final Stores stores;
    private final ServingObserver observer;
    private final ModelLoading loading;
    private final ModelNames names;
    private final FleetBoard fleet = new FleetBoard();
    private final EngineBoard board = new EngineBoard();
    private final CompletableFuture<Running> running = new CompletableFuture<>();
    private volatile ActorRef<ModelFleet.Command> captain;

    /**
     * @param stores closed by whoever opened them, after the actors have stopped
     * @param loading what the actors wait for and own from then on
     */
    public House(ApplianceConfig config, Stores stores, ServingObserver observer, ModelLoading loading) {
        this.config = config;
        this.stores = stores;
        this.observer = observer;
        this.loading = loading;
        this.names = new ModelNames(config, stores);
    }

    public ApplianceConfig config() {
        return config;
    }

    public Stores stores() {
        return stores;
    }

    public ServingObserver observer() {
        return observer;
    }

    public Readiness readiness() {
        return loading.readiness();
    }

    ModelLoading loading() {
        return loading;
    }

    /** Of the engine of the model that is served from the start. */
    public EngineBoard board() {
        return board;
    }

    /** Imported models by name, loaded or not. */
    public ModelNames names() {
        return names;
    }

    /** What is loaded, and what became of others. */
    public FleetBoard fleet() {
        return fleet;
    }

    /** Completes when the model that is served from the start is loaded, exceptionally when it cannot be. */
    public CompletionStage<Running> whenRunning() {
        return running.minimalCompletionStage();
    }

    /** The model that is served from the start, if it is loaded by now. It stays until the end. */
    public Optional<Running> running() {
        return running.isDone() && !running.isCompletedExceptionally()
                ? Optional.of(running.join()) : Optional.empty();
    }

    /** A model that is loaded now. Unless it is held, it may go at any moment. */
    public Optional<Running> running(String model) {
        return running().filter(standing -> standing.name().equals(model)).or(() -> fleet.loaded(model));
    }

    /** All models loaded now, that served from the start first. Unless they are held, they may go at any moment. */
    public List<Running> all() {
        List<Running> all = new ArrayList<>();
        running().ifPresent(all::add);
        all.addAll(fleet.loaded());
        return all;
    }

    /** Does something with each model that is loaded now, which stays loaded meanwhile. */
    public void each(Consumer<Running> work) {
        for (Running one : all()) {
            ModelHold.of(one, () -> { }).ifPresent(hold -> {
                try (hold) {
                    work.accept(one);
                }
            });
        }
    }

    /** A model for a job, loaded for it; the job closes the hold. Fails with the reason where it cannot be had. */
    public CompletionStage<ModelHold> hold(String model) {
        return hold(model, ModelFleet.Use.JOB);
    }

    /** As {@link #hold(String)}. @param use of which it depends whether others take its room in between */
    public CompletionStage<ModelHold> hold(String model, ModelFleet.Use use) {
        return whenRunning().thenCompose(standing -> {
            var held = new CompletableFuture<ModelHold>();
            if (standing.name().equals(model)) {
                held.complete(ModelHold.of(standing, () -> { }).orElseThrow());
            } else {
                captain.tell(new ModelFleet.Acquire(model, use, Optional.empty(), JOB_WAIT,
                        reply -> complete(held, reply)));
            }
            return held;
        });
    }

    /** As {@link #hold}, the model that an adapter was made for. @param fingerprint as loaded */
    public CompletionStage<ModelHold> holdBase(String fingerprint) {
        return whenRunning().thenCompose(standing -> hold(
                standing.parts().model().fingerprint().equals(fingerprint) ? standing.name()
                        : names.ofFingerprint(fingerprint).map(ModelRecord::name).orElseThrow(() -> new QuernException(
                                Category.ERROR, "the base model " + fingerprint + " is not there"))));
    }

    /** What an adapter could be served by now: its base, if that is loaded. Not held. */
    public Optional<Running> loadedBase(String fingerprint) {
        return all().stream().filter(one -> one.parts().model().fingerprint().equals(fingerprint)).findFirst();
    }

    private static void complete(CompletableFuture<ModelHold> held, ModelFleet.Reply reply) {
        switch (reply) {
            case ModelFleet.Held(ModelHold hold) -> held.complete(hold);
            case ModelFleet.Loading loading -> held.completeExceptionally(
                    new QuernException(Category.RETRYABLE, loading.message()));
            case ModelFleet.Failed failed -> held.completeExceptionally(
                    new QuernException(Category.ERROR, failed.reason()));
            case ModelFleet.Unknown unknown -> held.completeExceptionally(
                    new QuernException(Category.ERROR, "there is no model '" + unknown.model() + "'"));
        }
    }

    /** Those who load models when they are asked for. */
    public ActorRef<ModelFleet.Command> captain() {
        return captain;
    }

    void commands(ActorRef<ModelFleet.Command> owner) {
        captain = owner;
    }

    void opened(Running opened) {
        running.complete(opened);
    }

    void failed(Throwable cause) {
        running.completeExceptionally(cause);
    }
}
