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
 * @param uploadMax largest uploaded file or document stream
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
        DataSize uploadMax,
        int connectionsMax,
        Duration drain) {

    /** Whether requests need a key. */
    public enum Auth { KEY, OFF }
}
