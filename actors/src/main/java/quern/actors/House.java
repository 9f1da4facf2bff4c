package quern.actors;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineBoard;
import quern.actors.engine.EngineParts;
import quern.actors.serving.ModelDirectory;
import quern.actors.serving.ServingObserver;
import quern.config.ApplianceConfig;

/** What the actors of one appliance share, made before them. Safe for any thread. */
public final class House {

    /** The model and its engine, from the moment it is loaded. */
    public record Running(EngineParts parts, ActorRef<EngineActor.Command> engine, ModelDirectory models) {}

    private final ApplianceConfig config;
    private final Stores stores;
    private final ServingObserver observer;
    private final ModelLoading loading;
    private final EngineBoard board = new EngineBoard();
    private final CompletableFuture<Running> running = new CompletableFuture<>();

    /**
     * @param stores closed by whoever opened them, after the actors have stopped
     * @param loading what the actors wait for and own from then on
     */
    public House(ApplianceConfig config, Stores stores, ServingObserver observer, ModelLoading loading) {
        this.config = config;
        this.stores = stores;
        this.observer = observer;
        this.loading = loading;
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

    public EngineBoard board() {
        return board;
    }

    /** Completes when the model is loaded, exceptionally when it cannot be. */
    public CompletionStage<Running> whenRunning() {
        return running.minimalCompletionStage();
    }

    /** What runs, if the model is loaded by now. */
    public Optional<Running> running() {
        return running.isDone() && !running.isCompletedExceptionally()
                ? Optional.of(running.join()) : Optional.empty();
    }

    void opened(Running opened) {
        running.complete(opened);
    }

    void failed(Throwable cause) {
        running.completeExceptionally(cause);
    }
}
