package quern.appliance.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;
import quern.appliance.Appliance;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.curation.RecipeCompiler;
import quern.kv.DataDirectory;
import quern.kv.ServerFile;

/**
 * The appliance a verb talks to: the server that runs in the data directory, else one of this process's own on a port
 * that the system picks, for as long as the verb runs. Either way all goes through the HTTP API.
 */
final class Session implements AutoCloseable {

    private static final Duration READY_LIMIT = Duration.ofMinutes(5);
    private static final long LOOK_NS = 20_000_000;

    private final ApplianceConfig config;
    private final Optional<Appliance> own;
    private final ApiClient client;
    private final Thread closer = Thread.ofPlatform().unstarted(this::closeOwn);

    private Session(ApplianceConfig config, Optional<Appliance> own, ApiClient client) {
        this.config = config;
        this.own = own;
        this.client = client;
    }

    static Session open(GlobalOptions options) {
        return running(options.load().config()).orElseGet(() -> launch(options, Map.of()));
    }

    /** The server that runs in the data directory, if one does. */
    static Optional<Session> running(ApplianceConfig config) {
        return DataDirectory.readServerFile(config.data())
                .map(server -> new Session(config, Optional.empty(), client(config, server)));
    }

    /**
     * An appliance of this process's own.
     *
     * @param more keys that win over those of the command line
     */
    static Session launch(GlobalOptions options, Map<String, String> more) {
        Map<String, String> keys = new LinkedHashMap<>(Map.of("http.host", "127.0.0.1", "http.port", "0",
                "http.drain", "2s", "http.tls-certificate", "", "http.tls-key", ""));
        keys.putAll(more);
        ApplianceConfig alone = options.load(keys).config();
        // Before many threads write their first messages to a log that is not set up.
        LoggerFactory.getILoggerFactory();
        Appliance appliance = Appliance.launch(alone);
        var self = new ServerFile(ProcessHandle.current().pid(), "127.0.0.1", appliance.port(), false);
        var session = new Session(alone, Optional.of(appliance), client(alone, self));
        Runtime.getRuntime().addShutdownHook(session.closer);
        return session;
    }

    private static ApiClient client(ApplianceConfig config, ServerFile server) {
        // A server on all addresses is reached over loopback.
        boolean any = server.host().equals("0.0.0.0") || server.host().equals("::");
        String host = any ? "127.0.0.1" : server.host().contains(":") ? "[" + server.host() + "]" : server.host();
        URI base = URI.create((server.tls() ? "https" : "http") + "://" + host + ":" + server.port());
        return new ApiClient(base, key(config.data()),
                server.tls() ? PinnedCertificate.context(config.http().tlsCertificate()) : null);
    }

    private static String key(Path data) {
        Path file = data.resolve("admin.key");
        String given = System.getenv("QUERN_KEY");
        try {
            return given != null ? given.strip() : Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new QuernException(Category.ERROR, "key file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Makes pipelines whose operators ask the model of this process's own appliance; empty where a server runs. */
    Optional<RecipeCompiler> recipes() {
        return own.map(Appliance::recipes);
    }

    ApiClient client() {
        return client;
    }

    ApplianceConfig config() {
        return config;
    }

    /** Whether a server runs that outlives this verb. */
    boolean isServer() {
        return own.isEmpty();
    }

    /**
     * Waits until the model is loaded.
     *
     * @throws QuernException when it cannot be, with the reason
     */
    void awaitReady() {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (true) {
            own.filter(appliance -> appliance.whenReady().toCompletableFuture().isCompletedExceptionally())
                    .ifPresent(Session::fail);
            HttpResponse<String> answer = client.probe("/readyz");
            if (answer.statusCode() == 200) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new ApiFailure(503, "the server is not ready: " + answer.body(), null);
            }
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /** Id of the base model, once it is loaded. */
    String servedModel() {
        return client.get("/health").path("model").asText();
    }

    private static void fail(Appliance appliance) {
        appliance.whenReady().toCompletableFuture().join();
    }

    @Override
    public void close() {
        client.close();
        if (own.isPresent()) {
            try {
                Runtime.getRuntime().removeShutdownHook(closer);
            } catch (IllegalStateException e) {
                // The process is going down, and the hook closes the appliance.
                return;
            }
            closeOwn();
        }
    }

    private void closeOwn() {
        own.ifPresent(Appliance::close);
    }
}
