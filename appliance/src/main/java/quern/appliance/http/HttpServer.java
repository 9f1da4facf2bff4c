package quern.appliance.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.Materializer;
import quern.config.HttpConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/** The listener: the only port this process opens. */
public final class HttpServer {

    /** Connections beyond the configured ones that are accepted so that health still answers when all are taken. */
    private static final int CONNECTIONS_SPARE = 64;

    private static final int BIND_TIMEOUT_S = 10;

    private final ServerBinding binding;

    private HttpServer(ServerBinding binding) {
        this.binding = binding;
    }

    /**
     * @param keys tells who holds a key
     * @throws QuernException FATAL if the address may not or cannot be bound
     */
    public static HttpServer bind(ActorSystem<?> system, HttpConfig config, RouteTable table, Gate.Keys keys) {
        checkExposure(config);
        var door = new FrontDoor(table, new Gate(config, keys), config, Materializer.matFromSystem(system));
        ServerSettings settings = ServerSettings.create(system.classicSystem())
                .withMaxConnections(config.connectionsMax() + CONNECTIONS_SPARE);
        var server = Http.get(system).newServerAt(config.host(), config.port()).withSettings(settings);
        if (config.tlsCertificate().isPresent()) {
            server = server.enableHttps(ConnectionContext.httpsServer(
                    PemFiles.context(config.tlsCertificate().get(), config.tlsKey().orElseThrow())));
        }
        return new HttpServer(await(server.bind(door), config));
    }

    private static ServerBinding await(CompletionStage<ServerBinding> bound, HttpConfig config) {
        String where = config.host() + ":" + config.port();
        try {
            return bound.toCompletableFuture().get(BIND_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw new QuernException(Category.FATAL, "cannot listen on " + where + ": "
                    + rootMessage(e) + "; is another server running there?", e);
        } catch (TimeoutException e) {
            throw new QuernException(Category.FATAL, "cannot listen on " + where + " within 10 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuernException(Category.FATAL, "interrupted while binding " + where, e);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    /** Refuses what would expose the machine: no key or no TLS beyond loopback, half a TLS pair anywhere. */
    public static void checkExposure(HttpConfig config) {
        if (config.tlsCertificate().isPresent() != config.tlsKey().isPresent()) {
            throw new QuernException(Category.FATAL,
                    "quern.http.tls-certificate and tls-key belong together, found only one");
        }
        if (isLoopback(config.host())) {
            return;
        }
        if (config.auth() == HttpConfig.Auth.OFF || config.tlsCertificate().isEmpty()) {
            throw new QuernException(Category.FATAL, "quern.http.host " + config.host()
                    + " is reachable from other machines: this needs auth = key, tls-certificate and tls-key; found "
                    + "auth = " + config.auth().name().toLowerCase(Locale.ROOT)
                    + (config.tlsCertificate().isEmpty() ? " without TLS" : " with TLS"));
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new QuernException(Category.FATAL, "quern.http.host '" + host + "' is no address of this machine", e);
        }
    }

    /** The bound port; of interest when the configuration said 0. */
    public int port() {
        return binding.localAddress().getPort();
    }

    /** Accepts nothing more and lets running requests finish. */
    public void close(Duration drain) {
        try {
            binding.terminate(drain).toCompletableFuture().get(drain.toMillis() + 2000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new QuernException(Category.RETRYABLE, "listener did not close in " + drain, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
