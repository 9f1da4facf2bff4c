package quern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The listener.
 *
 * @param host address to bind; other than loopback needs {@link Auth#KEY} and both TLS files
 * @param tlsCertificate PEM chain
 * @param tlsKey PEM private key (PKCS #8)
 * @param hostsAllowed values of the Host header accepted beside the bound address and localhost
 * @param bodyMax largest JSON body
 * @param bodyTimeout within which a JSON body has to be there
 * @param bodiesMax JSON bodies in memory at once, of all requests together
 * @param uploadMax largest uploaded file or document stream
 * @param connectionsMax connections of which none has to go
 * @param headTimeout from a connection's beginning to the whole head of its first request
 * @param unreadTokensMax of a streamed answer: what may wait for a client that reads slower than it comes
 * @param metricsVllmNames whether /metrics shows what vLLM has too under vLLM's names as well
 * @param drain how long running requests may take to finish on shutdown
 */
public record HttpConfig(
        String host,
        int port,
        Auth auth,
        Optional<Path> tlsCertificate,
        Optional<Path> tlsKey,
        List<String> hostsAllowed,
        DataSize bodyMax,
        Duration bodyTimeout,
        DataSize bodiesMax,
        DataSize uploadMax,
        int connectionsMax,
        Duration headTimeout,
        int unreadTokensMax,
        boolean metricsVllmNames,
        Duration drain) {

    public HttpConfig {
        hostsAllowed = List.copyOf(hostsAllowed);
        boolean tls = tlsCertificate.isPresent() && tlsKey.isPresent();
        new Bounds()
                .within("port", port, 0, 65535)
                .check("host", !host.isBlank(), "expected an address, found an empty text")
                .check("host", isLoopback(host) || (auth == Auth.KEY && tls),
                        "an address other than loopback needs auth = key, tls-certificate and tls-key; found " + host)
                .check("tlsKey", tlsKey.isPresent() || tlsCertificate.isEmpty(), "missing beside tls-certificate")
                .check("tlsCertificate", tlsCertificate.isPresent() || tlsKey.isEmpty(), "missing beside tls-key")
                .within("bodyMax", bodyMax, "1KiB", "1GiB")
                .within("bodyTimeout", bodyTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .check("bodiesMax", bodiesMax.bytes() >= bodyMax.bytes(),
                        "expected at least body-max, " + bodyMax + ", found " + bodiesMax)
                .within("headTimeout", headTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .within("uploadMax", uploadMax, "1KiB", "1TiB")
                .within("connectionsMax", connectionsMax, 1, 1 << 20)
                .within("unreadTokensMax", unreadTokensMax, 16, 1 << 22)
                .within("drain", drain, Duration.ZERO, Duration.ofHours(1))
                .enforce();
    }

    /** By its text alone: asking a resolver would look up a name. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.equals("[::1]")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Whether requests need a key. */
    public enum Auth { KEY, OFF }
}
