package quern.kv;

/**
 * What {@code server.json} in the data directory says while a server runs there.
 *
 * @param pid process id
 * @param host address it listens on
 * @param port port it listens on
 * @param tls whether the port speaks TLS
 */
public record ServerFile(long pid, String host, int port, boolean tls) {}
