package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class UnderLoadTest {

    private static final int HALF_OPEN = 1000;

    @TempDir
    Path directory;

    @Test
    void shouldAnswerHealthWhenThousandConnectionsAreHalfOpen() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of())) {
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < HALF_OPEN; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port());
                    sockets.add(socket);
                    socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
                }
                assertEquals(200, appliance.get("/livez").statusCode());
                assertEquals(200, appliance.get("/readyz").statusCode());
                assertEquals(200, appliance.get("/v1/models").statusCode());
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void shouldLogNeitherPromptNorKeyWhenRequestsSucceedAndFail() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        root.setLevel(Level.INFO);
        root.addAppender(events);
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of())) {
            String canary = "zanzibar7421";
            String key = appliance.adminKey();
            for (String body : List.of(
                    "{\"model\": \"stories260K\", \"prompt\": \"" + canary + "\", \"max_tokens\": 4}",
                    "{\"model\": \"" + canary + "\", \"prompt\": \"x\"}",
                    "{\"model\": \"stories260K\", \"prompt\": \"" + (canary + " ").repeat(200) + "\"}",
                    "{\"model\": \"stories260K\", \"prompt\": [\"" + canary + "\", {}]}")) {
                appliance.post("/v1/completions", body);
            }
            String metrics = appliance.get("/metrics").body();
            assertFalse(metrics.contains(canary) || metrics.contains(key));
            assertTrue(events.list.stream().anyMatch(event -> event.getFormattedMessage().contains("ready")));
            for (ILoggingEvent event : List.copyOf(events.list)) {
                String text = event.getFormattedMessage()
                        + (event.getThrowableProxy() == null ? "" : event.getThrowableProxy().getMessage());
                assertFalse(text.contains(canary) || text.contains(key), text);
            }
        } finally {
            root.detachAppender(events);
            root.setLevel(level);
        }
    }
}
