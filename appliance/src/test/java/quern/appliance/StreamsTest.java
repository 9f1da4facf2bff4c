package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many streams at once, those that nobody reads among them. */
class StreamsTest {

    private static final int CLIENTS = 40;
    private static final int TOKENS = 60;
    private static final int ANSWERS = 2;
    private static final int STALLED = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int READ_LIMIT_MS = 60_000;

    @TempDir
    Path directory;

    private static String body(int client, boolean stream) {
        return "{\"model\": \"stories260K\", \"prompt\": [" + (300 + client % 8) + ", 301], \"max_tokens\": " + TOKENS
                + ", \"temperature\": 0, \"ignore_eos\": true, \"n\": " + ANSWERS + ", \"stream\": " + stream
                + (stream ? ", \"stream_options\": {\"include_usage\": true}}" : "}");
    }

    /** What a stream says, each answer's text put together. */
    private static List<String> read(HttpResponse<String> response) throws IOException {
        assertEquals(200, response.statusCode(), response.body());
        List<StringBuilder> texts = List.of(new StringBuilder(), new StringBuilder());
        List<String> events = response.body().lines().filter(line -> line.startsWith("data: ")).toList();
        int[] ends = new int[ANSWERS];
        int used = 0;
        for (String event : events.subList(0, events.size() - 1)) {
            JsonNode chunk = TestAppliance.JSON.readTree(event.substring("data: ".length()));
            used += chunk.path("usage").path("completion_tokens").intValue();
            for (JsonNode choice : chunk.path("choices")) {
                int index = choice.path("index").intValue();
                assertEquals(0, ends[index], "an event behind the end: " + event);
                texts.get(index).append(choice.path("text").textValue());
                ends[index] += choice.path("finish_reason").isNull() ? 0 : 1;
            }
        }
        assertEquals("data: [DONE]", events.getLast());
        assertEquals(List.of(1, 1), List.of(ends[0], ends[1]));
        assertEquals(ANSWERS * TOKENS, used);
        return texts.stream().map(StringBuilder::toString).toList();
    }

    @Test
    void shouldBringEveryTokenOnceWhenManyStreamAtOnce() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"),
                        Map.of("engine.sequences-max", "24", "engine.queue-max", "100"));
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> streams = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String body = body(i, true);
                streams.add(clients.submit(() -> appliance.post("/v1/completions", body)));
            }
            for (int i = 0; i < CLIENTS; i++) {
                JsonNode whole = TestAppliance.json(appliance.post("/v1/completions", body(i, false)));
                List<String> expected = new ArrayList<>();
                whole.path("choices").forEach(choice -> expected.add(choice.path("text").textValue()));
                assertEquals(expected, read(streams.get(i).get()));
            }
        }
    }

    /** Reads nothing, over a connection that holds little. */
    private static Socket stall(TestAppliance appliance) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(READ_LIMIT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), appliance.port()));
        String body = "{\"model\": \"endless\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], "
                + "\"max_tokens\": 1000000, \"ignore_eos\": true, \"stream\": true, \"logprobs\": true, "
                + "\"top_logprobs\": 20}";
        socket.getOutputStream().write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer " + appliance.adminKey() + "\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void shouldEndOnlyTheAnswersNobodyReadsWhenTheyPileUp() throws Exception {
        List<Socket> stalled = new ArrayList<>();
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of(
                "engine.sequences-max", Integer.toString(STALLED + 1), "http.unread-tokens-max", "512"))) {
            try {
                for (int i = 0; i < STALLED; i++) {
                    stalled.add(stall(appliance));
                }
                assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() == STALLED), "did not start");
                HttpResponse<String> other = appliance.post("/v1/completions",
                        "{\"model\": \"endless\", \"prompt\": \"Once\", \"max_tokens\": 500, \"stream\": true, "
                                + "\"ignore_eos\": true, \"stream_options\": {\"include_usage\": true}}");
                assertTrue(other.body().contains("\"completion_tokens\":500"), other.body());
                assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() == 0), "nobody reads, all go on");
                var stats = appliance.appliance().engineStats().orElseThrow();
                assertEquals(stats.blocksTotal(), stats.blocksAvailable());
                for (Socket socket : stalled) {
                    String rest = rest(socket);
                    assertTrue(rest.contains("more than 512 tokens waited"), rest);
                }
            } finally {
                for (Socket socket : stalled) {
                    socket.close();
                }
            }
        }
    }

    /** The last of what a connection brings until its answer ends. */
    private static String rest(Socket socket) throws IOException {
        byte[] bytes = new byte[1 << 16];
        String tail = "";
        while (!tail.endsWith("\r\n0\r\n\r\n")) {
            int count = socket.getInputStream().read(bytes);
            assertTrue(count > 0, "the connection broke: " + tail);
            String both = tail + new String(bytes, 0, count, StandardCharsets.UTF_8);
            tail = both.substring(Math.max(0, both.length() - 1000));
        }
        return tail;
    }
}
