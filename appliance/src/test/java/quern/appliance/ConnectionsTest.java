package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that ask nothing, or never end asking, cost nobody else anything. */
class ConnectionsTest {

    private static final String HALF = "GET /livez HTTP/1.1\r\nHo";
    private static final String REST = "st: localhost\r\n\r\n";
    private static final int ANSWER_MS_MAX = 30_000;
    private static final int HALF_OPEN = 300;

    @TempDir
    Path directory;

    private static Socket open(TestAppliance appliance, String text) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port());
        socket.setSoTimeout(ANSWER_MS_MAX);
        write(socket, text);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String answer(Socket socket) throws IOException {
        byte[] reply = new byte[4096];
        int length = socket.getInputStream().read(reply);
        return new String(reply, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    private static boolean closed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void shouldMakeRoomForTheNextRequestWhenMoreAreHalfOpenThanAreTaken() throws Exception {
        String stream = "{\"model\":\"endless\",\"prompt\":\"Once\",\"max_tokens\":1000000,\"ignore_eos\":true,"
                + "\"stream\":true}";
        List<Socket> halfOpen = new ArrayList<>();
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"),
                        Map.of("http.connections-max", "50", "http.head-timeout", "1h"));
                Socket busy = open(appliance, "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                        + "Authorization: Bearer " + appliance.adminKey() + "\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + stream.length() + "\r\n\r\n" + stream)) {
            try {
                assertTrue(answer(busy).startsWith("HTTP/1.1 200"));
                for (int i = 0; i < HALF_OPEN; i++) {
                    halfOpen.add(open(appliance, HALF));
                }
                try (Socket next = open(appliance, HALF + REST)) {
                    assertTrue(answer(next).startsWith("HTTP/1.1 200"), "no answer");
                }
                assertTrue(closed(halfOpen.getFirst()), "the one that waited longest is still there");
                assertEquals(1, appliance.active(), "a running answer lost its connection");
                assertTrue(busy.getInputStream().read() >= 0);
            } finally {
                close(halfOpen);
            }
        }
    }

    @Test
    void shouldCloseConnectionWhenTheHeadOfItsRequestDripsIn() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(
                        directory.resolve("data"), Map.of("http.head-timeout", "500ms"));
                Socket dripping = open(appliance, HALF)) {
            dripping.setSoTimeout(20);
            assertTrue(TestAppliance.await(Duration.ofMillis(ANSWER_MS_MAX), () -> {
                try {
                    write(dripping, "s");
                } catch (IOException gone) {
                    return true;
                }
                return closed(dripping);
            }), "still open");
        }
    }

    @Test
    void shouldServeTheNextRequestOfAConnectionAfterTheTimeForTheFirst() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(
                        directory.resolve("data"), Map.of("http.head-timeout", "300ms"));
                Socket patient = open(appliance, HALF + REST); Socket silent = open(appliance, "")) {
            assertTrue(answer(patient).startsWith("HTTP/1.1 200"));
            assertTrue(closed(silent), "the silent one is open");
            write(patient, HALF + REST);
            assertTrue(answer(patient).startsWith("HTTP/1.1 200"), "the other was closed too");
        }
    }

    @Test
    void shouldRefuseToStartWhenLimitsContradictEachOther() {
        assertThrows(quern.config.QuernException.class, () -> TestAppliance.startWithModel(
                directory.resolve("data"), directory.resolve("no.gguf"),
                Map.of("http.body-max", "1MiB", "http.bodies-max", "1KiB")).close());
    }
}
