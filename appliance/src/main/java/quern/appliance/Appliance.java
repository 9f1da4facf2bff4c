package quern.appliance;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.Guardian;
import quern.actors.House;
import quern.actors.ModelLoading;
import quern.actors.Readiness;
import quern.actors.Stores;
import quern.actors.access.KeyRing;
import quern.appliance.http.HttpServer;
import quern.appliance.http.Route;
import quern.appliance.http.RouteTable;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.curation.RecipeCompiler;
import quern.inference.engine.EngineStats;
import quern.kv.ServerFile;

/**
 * The running appliance: data directory, actors and listener. Several may live in one JVM, each with its own data
 * directory. Closing drains requests, stops the actors, then gives up the directory.
 */
public final class Appliance implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final House house;
    private final ActorSystem<Guardian.Command> system;
    private final HttpServer server;
    private final RouteTable routes;
    private final JobKinds jobs;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Appliance(House house, ActorSystem<Guardian.Command> system, HttpServer server, RouteTable routes,
            JobKinds jobs) {
        this.jobs = jobs;
        this.house = house;
        this.system = system;
        this.server = server;
        this.routes = routes;
    }

    /**
     * Starts everything. Returns once the listener is bound; {@link #whenReady} and {@code /readyz} tell when the model
     * is loaded.
     *
     * @throws QuernException FATAL if the directory is in use or unusable, or the address cannot be bound
     */
    public static Appliance launch(ApplianceConfig config) {
        Stores stores = Stores.open(config);
        ModelLoading loading = ModelLoading.begin(config, stores);
        ActorSystem<Guardian.Command> system = null;
        try {
            KeyRing keys = KeyRing.open(stores.catalogue(), stores.directory());
            var metrics = new Metrics(config.http().metricsVllmNames());
            var house = new House(config, stores, metrics, loading);
            var jobs = new JobKinds(house);
            system = ActorSystem.create(Guardian.create(house, jobs.starters()), "quern", pekko());
            return launch(house, system, keys, metrics, jobs);
        } catch (RuntimeException | Error failure) {
            if (system == null) {
                loading.close();
            } else {
                stop(system);
            }
            stores.close();
            throw failure;
        }
    }

    private static Appliance launch(
            House house, ActorSystem<Guardian.Command> system, KeyRing keys, Metrics metrics, JobKinds jobs) {
        ApplianceConfig config = house.config();
        Guardian.Residents residents = await(AskPattern.ask(
                system, Guardian.Introduce::new, STOP_TIMEOUT, system.scheduler()), "the actors did not start");
        metrics.watch(house);
        RouteTable table = new Routes(house, residents, system, keys, metrics, jobs).table();
        HttpServer server = HttpServer.bind(system, config.http(), table, keys::holder);
        house.stores().directory().writeServerFile(new ServerFile(ProcessHandle.current().pid(), config.http().host(),
                server.port(), config.http().tlsCertificate().isPresent()));
        return new Appliance(house, system, server, table, jobs);
    }

    /** How Pekko is set up in this process. */
    public static Config pekko() {
        ClassLoader loader = Appliance.class.getClassLoader();
        return ConfigFactory.parseResourcesAnySyntax(loader, "quern/appliance/pekko.conf")
                .withFallback(ConfigFactory.parseResourcesAnySyntax(loader, "quern/actors/dispatchers.conf"))
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
    }

    /** Version of this build. */
    public static String version() {
        String version = Appliance.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Makes pipelines whose operators ask the model that this appliance serves. */
    public RecipeCompiler recipes() {
        return jobs.recipes();
    }

    /** Port the listener is bound to. */
    public int port() {
        return server.port();
    }

    /** Every route that is served. */
    public List<Route> routes() {
        return routes.routes();
    }

    /** The engine's counters, from the moment it runs. */
    public Optional<EngineStats> engineStats() {
        return house.board().stats();
    }

    public Readiness readiness() {
        return house.readiness();
    }

    /** Completes when the model is loaded, exceptionally with the reason when it cannot be. */
    public CompletionStage<House.Running> whenReady() {
        return house.whenRunning();
    }

    /** Refuses new requests, lets running ones finish within the configured drain, then stops. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        house.readiness().block("process", "shutting down");
        try {
            server.close(house.config().http().drain());
        } finally {
            try {
                stop(system);
            } finally {
                house.stores().close();
            }
        }
    }

    private static void stop(ActorSystem<Guardian.Command> system) {
        await(AskPattern.ask(system, Guardian.Stop::new, STOP_TIMEOUT, system.scheduler()), "the actors did not stop");
        system.terminate();
        await(system.getWhenTerminated(), "the actor system did not end");
    }

    private static <T> T await(CompletionStage<T> stage, String otherwise) {
        try {
            return stage.toCompletableFuture().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new QuernException(Category.FATAL, otherwise + " within " + STOP_TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuernException(Category.FATAL, otherwise + ": interrupted", e);
        }
    }
}
