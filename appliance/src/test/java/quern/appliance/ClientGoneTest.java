package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientGoneTest {

    private static final Duration WITHIN = Duration.ofSeconds(45);
    private static final Duration START_LIMIT = Duration.ofSeconds(45);

    @TempDir
    static Path directory;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.startEndless(directory.resolve("data"),
                Map.of("engine.sequences-max", "1", "engine.queue-max", "1"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void shouldStopGenerationWhenClientIsGone(boolean stream, boolean reset) throws Exception {
        try (Socket socket = ask(stream)) {
            assertTrue(TestAppliance.await(START_LIMIT, () -> appliance.active() == 1), "generation did not start");
            if (stream) {
                socket.getInputStream().readNBytes(200);
            }
            socket.setSoLinger(reset, 0);
        }
        assertTrue(TestAppliance.await(WITHIN, () -> appliance.active() == 0),
                "still generating " + WITHIN + " after the client went");
    }

    @Test
    void shouldAnswer429WithRetryAfterWhenQueueIsFull() throws Exception {
        try (Socket first = ask(true)) {
            // Once it answers it has left the queue, which holds one.
            first.getInputStream().readNBytes(200);
            try (Socket second = ask(true)) {
                assertTrue(TestAppliance.await(START_LIMIT, () -> appliance.active() == 2), "two did not start");
                HttpResponse<String> third = appliance.post("/v1/completions", body(false));
                assertEquals(429, third.statusCode(), third.body());
                assertTrue(third.headers().firstValue("Retry-After").isPresent());
                assertEquals(200, appliance.get("/livez").statusCode());
                second.setSoLinger(true, 0);
            }
            first.setSoLinger(true, 0);
        }
        assertTrue(TestAppliance.await(WITHIN, () -> appliance.active() == 0), "still generating");
    }

    private static Socket ask(boolean stream) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port());
        String body = body(stream);
        socket.getOutputStream().write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer " + appliance.adminKey() + "\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String body(boolean stream) {
        return "{\"model\":\"endless\",\"prompt\":\"Once\",\"max_tokens\":1000000,\"ignore_eos\":true,\"stream\":"
                + stream + "}";
    }
}
