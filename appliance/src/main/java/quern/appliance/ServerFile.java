package quern.appliance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import quern.appliance.http.Json;
import quern.config.HttpConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/** {@code server.json} of the data directory: how other processes of this machine find the running server. */
final class ServerFile {

    static final String NAME = "server.json";

    private ServerFile() {}

    static void write(Path data, HttpConfig http, int port) {
        ObjectNode body = Json.object()
                .put("pid", ProcessHandle.current().pid())
                .put("host", http.host())
                .put("port", port)
                .put("tls", http.tlsCertificate().isPresent());
        Path temp = data.resolve(NAME + ".tmp");
        try {
            Files.writeString(temp, body + "\n");
            Files.move(temp, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "cannot write " + data.resolve(NAME) + ": " + e.getMessage(), e);
        }
    }

    static void remove(Path data) {
        try {
            Files.deleteIfExists(data.resolve(NAME));
        } catch (IOException e) {
            throw new QuernException(Category.RETRYABLE, "cannot remove " + data.resolve(NAME), e);
        }
    }
}
