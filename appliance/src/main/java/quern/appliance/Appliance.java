package quern.appliance;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import quern.actors.Guardian;
import quern.actors.Readiness;
import quern.actors.access.KeyRing;
import quern.appliance.http.HealthRoutes;
import quern.appliance.http.HttpServer;
import quern.appliance.http.Json;
import quern.appliance.http.Route;
import quern.appliance.http.RouteTable;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * The running appliance: data directory, actors and listener. Several may live in one JVM, each with its own data
 * directory. Closing drains requests, stops the actors, then gives up the directory.
 */
public final class Appliance implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final ApplianceConfig config;
    private final Readiness readiness;
    private final ActorSystem<Guardian.Command> system;
    private final HttpServer server;

    private Appliance(
            ApplianceConfig config, Readiness readiness, ActorSystem<Guardian.Command> system, HttpServer server) {
        this.config = config;
        this.readiness = readiness;
        this.system = system;
        this.server = server;
    }

    /**
     * Starts everything. Returns once the listener is bound; {@code /readyz} tells when the model is loaded.
     *
     * @throws QuernException FATAL if the directory is in use or unusable, or the address may not be bound
     */
    public static Appliance launch(ApplianceConfig config) {
        openDirectory(config.data());
        KeyRing keys = KeyRing.open(config.data());
        var readiness = new Readiness();
        ActorSystem<Guardian.Command> system = ActorSystem.create(Guardian.create(), "quern", pekko());
        try {
            HttpServer server = HttpServer.bind(system, config.http(), new RouteTable(routes(readiness)), keys::holder);
            ServerFile.write(config.data(), config.http(), server.port());
            return new Appliance(config, readiness, system, server);
        } catch (RuntimeException e) {
            system.terminate();
            throw e;
        }
    }

    private static List<Route> routes(Readiness readiness) {
        var routes = new ArrayList<Route>();
        routes.addAll(new HealthRoutes(readiness, version(), Json::object).routes());
        return routes;
    }

    private static Config pekko() {
        ClassLoader loader = Appliance.class.getClassLoader();
        return ConfigFactory.parseResourcesAnySyntax(loader, "quern/appliance/pekko.conf")
                .withFallback(ConfigFactory.parseResourcesAnySyntax(loader, "quern/actors/dispatchers.conf"))
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
    }

    private static void openDirectory(Path data) {
        try {
            Files.createDirectories(data);
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "cannot use data directory " + data + ": " + e.getMessage(), e);
        }
    }

    /** Version of this build. */
    public static String version() {
        String version = Appliance.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Port the listener is bound to. */
    public int port() {
        return server.port();
    }

    public Readiness readiness() {
        return readiness;
    }

    /** Refuses new requests, lets running ones finish within the configured drain, then stops. Idempotent. */
    @Override
    public void close() {
        readiness.block("process", "shutting down");
        try {
            server.close(config.http().drain());
            stop();
        } finally {
            ServerFile.remove(config.data());
        }
    }

    private void stop() {
        try {
            AskPattern.ask(system, Guardian.Stop::new, STOP_TIMEOUT, system.scheduler())
                    .toCompletableFuture().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new QuernException(Category.RETRYABLE, "the actors did not stop in " + STOP_TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
