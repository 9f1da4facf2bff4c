package quern.appliance.http;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.Cancellable;
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

    private static final Duration SWEEP_EVERY = Duration.ofMillis(200);

    private final ServerBinding binding;
    private final Cancellable sweeps;

    private HttpServer(ServerBinding binding, Cancellable sweeps) {
        this.binding = binding;
        this.sweeps = sweeps;
    }

    /**
     * @param keys tells who holds a key
     * @throws QuernException FATAL if the address cannot be bound or the TLS files are no identity
     */
    public static HttpServer bind(ActorSystem<?> system, HttpConfig config, RouteTable table, Gate.Keys keys) {
        Materializer materializer = Materializer.matFromSystem(system);
        var door = new FrontDoor(table, new Gate(config, keys), config, materializer);
        var lobby = new Lobby(config.connectionsMax(), config.headTimeout(), materializer);
        ServerSettings settings = ServerSettings.create(system.classicSystem())
                .withMaxConnections(config.connectionsMax() + CONNECTIONS_SPARE);
        var server = Http.get(system).newServerAt(address(config.host()), config.port()).withSettings(settings);
        if (config.tlsCertificate().isPresent()) {
            server = server.enableHttps(ConnectionContext.httpsServer(
                    PemFiles.context(config.tlsCertificate().get(), config.tlsKey().orElseThrow())));
        }
        ServerBinding binding = await(server.bindFlow(lobby.connection(door::apply)), config);
        Cancellable sweeps = system.scheduler().scheduleWithFixedDelay(
                SWEEP_EVERY, SWEEP_EVERY, lobby::sweep, system.executionContext());
        return new HttpServer(binding, sweeps);
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

    /** Without asking a resolver: the name of loopback is its address, brackets are for URLs. */
    private static String address(String host) {
        if (host.equals("localhost")) {
            return "127.0.0.1";
        }
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The bound port; of interest when the configuration said 0. */
    public int port() {
        return binding.localAddress().getPort();
    }

    /** Accepts nothing more and lets running requests finish. */
    public void close(Duration drain) {
        sweeps.cancel();
        try {
            binding.terminate(drain).toCompletableFuture().get(drain.toMillis() + 2000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new QuernException(Category.RETRYABLE, "listener did not close in " + drain, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
