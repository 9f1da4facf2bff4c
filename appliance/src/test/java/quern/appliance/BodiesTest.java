package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are too large, too slow, too many, packed or malformed: refused by name, and nothing of them is kept. */
class BodiesTest {

    private static final int MAX = 64 * 1024;
    private static final String JSON = "application/json";
    private static final String FORM = "multipart/form-data; boundary=B";
    private static final String PURPOSE = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n";
    private static final String FILE = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n"
            + "Content-Type: application/jsonl\r\n\r\n{}\r\n";

    @TempDir
    static Path data;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of("http.body-max", "64KiB", "http.bodies-max", "96KiB",
                "http.upload-max", "64KiB"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static HttpResponse<String> send(String path, String type, BodyPublisher body) throws Exception {
        return appliance.send(appliance.request(path).header("Content-Type", type).POST(body).build());
    }

    private static JsonNode error(HttpResponse<String> response, int status) throws Exception {
        assertEquals(status, response.statusCode(), response.body());
        return TestAppliance.json(response).path("error");
    }

    private static long leftovers() throws IOException {
        Path spools = data.resolve("tmp");
        if (Files.notExists(spools)) {
            return 0;
        }
        try (var files = Files.list(spools)) {
            return files.count();
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, application/json", "/v1/completions, application/json",
        "/v1/embeddings, application/json", "/v1/batches, application/json", "/v1/fine_tuning/jobs, application/json",
        "/v1/curation/jobs, application/json", "/v1/lineage/answers, application/json", "/v1/keys, application/json",
        "/v1/documents?name=a.txt, text/plain", "/v1/files, multipart/form-data; boundary=B"})
    void shouldNameTheLimitAndServeOnWhenBodyIsTooLarge(String path, String type) throws Exception {
        String large = type.equals(FORM) ? PURPOSE + FILE.replace("{}", "x".repeat(3 * MAX)) + "--B--\r\n"
                : "{\"user\": \"" + "x".repeat(3 * MAX) + "\"}";
        BodyPublisher whole = BodyPublishers.ofString(large);
        for (BodyPublisher body : List.of(whole, BodyPublishers.fromPublisher(whole))) {
            JsonNode error = error(send(path, type, body), 413);
            assertEquals("body_too_large", error.path("code").textValue());
            assertTrue(error.path("message").textValue().contains(Integer.toString(MAX)), error.toString());
        }
        assertEquals(200, appliance.get("/v1/models").statusCode());
        assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> {
            try {
                return leftovers() == 0;
            } catch (IOException unreadable) {
                return false;
            }
        }), "a refused body is still on disk");
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, application/json", "/v1/batches, application/json",
        "/v1/documents?name=a.txt, text/plain", "/v1/files, multipart/form-data; boundary=B"})
    void shouldAnswer415WhenBodyIsPacked(String path, String type) throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bomb)) {
            packed.write(new byte[64 * MAX]);
        }
        assertTrue(bomb.size() < MAX, "expected a body that only unfolds beyond the limit");
        HttpResponse<String> response = appliance.send(appliance.request(path).header("Content-Type", type)
                .header("Content-Encoding", "gzip").POST(BodyPublishers.ofByteArray(bomb.toByteArray())).build());
        assertTrue(error(response, 415).path("message").textValue().contains("gzip"), response.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--B", "no form at all", "--B\r\n\r\n\r\n--B--\r\n", PURPOSE, PURPOSE + FILE,
        PURPOSE + FILE + "--C--\r\n", PURPOSE + FILE + FILE + "--B--\r\n", PURPOSE + PURPOSE + FILE + "--B--\r\n",
        FILE + "--B--\r\n", PURPOSE + "--B--\r\n"})
    void shouldAnswer400AndKeepNothingWhenFormIsMalformed(String form) throws Exception {
        error(send("/v1/files", FORM, BodyPublishers.ofString(form)), 400);
        error(send("/v1/files", FORM, BodyPublishers.fromPublisher(BodyPublishers.ofString(form))), 400);
        assertEquals(0, leftovers());
        assertEquals(200, send("/v1/files", FORM, BodyPublishers.ofString(PURPOSE + FILE + "--B--\r\n")).statusCode());
    }

    @Test
    void shouldRefuseFormsOfOtherKindsAndOfManyParts() throws Exception {
        String whole = PURPOSE + FILE + "--B--\r\n";
        error(send("/v1/files", "multipart/form-data", BodyPublishers.ofString(whole)), 400);
        error(send("/v1/files", "multipart/mixed; boundary=B", BodyPublishers.ofString(whole)), 415);
        StringBuilder parts = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            parts.append("--B\r\nContent-Disposition: form-data; name=\"p").append(i).append("\"\r\n\r\nx\r\n");
        }
        error(send("/v1/files", FORM, BodyPublishers.ofString(parts + whole)), 400);
    }

    private static Socket open(TestAppliance appliance, String head, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port());
        socket.setSoTimeout(30_000);
        String text = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + JSON
                + "\r\nAuthorization: Bearer " + appliance.adminKey() + "\r\n" + head + "\r\n\r\n" + body;
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).substring(9);
    }

    @Test
    void shouldAnswer408WhenBodyDoesNotCome() throws Exception {
        try (TestAppliance hasty = TestAppliance.start(
                        data.resolve("hasty"), Map.of("http.body-timeout", "300ms"));
                Socket slow = open(hasty, "Content-Length: 100", "{")) {
            assertEquals("408", status(slow));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ZZ\r\n{}", "7fffffffffffffff\r\n{}", "-1\r\n{}"})
    void shouldAnswer400WhenAChunkLies(String chunk) throws Exception {
        try (Socket lying = open(appliance, "Transfer-Encoding: chunked", chunk)) {
            assertEquals("400", status(lying));
        }
    }

    @Test
    void shouldAnswer429WithRetryAfterWhenBodiesTogetherAreTooLarge() throws Exception {
        String small = "{\"model\": \"stories260K\", \"prompt\": \"Once\", \"max_tokens\": 1, \"user\": \""
                + "x".repeat(MAX - 200) + "\"}";
        HttpResponse<String> reply = null;
        for (int round = 0; reply == null && round < 100; round++) {
            try (Socket holding = open(appliance, "Content-Length: " + MAX, "{" + " ".repeat(MAX - 100))) {
                reply = refusal(small, holding);
            }
        }
        assertTrue(reply != null && reply.headers().firstValue("Retry-After").isPresent());
        assertEquals("overloaded", error(reply, 429).path("code").textValue());
        assertTrue(TestAppliance.await(Duration.ofSeconds(60), () -> status(small) == 200), "still refused");
    }

    /** Of two that come together either may be the one too many: the answer to the first, unless it was that. */
    private static HttpResponse<String> refusal(String body, Socket other) throws Exception {
        while (other.getInputStream().available() == 0) {
            HttpResponse<String> response = appliance.post("/v1/completions", body);
            if (response.statusCode() == 429) {
                return response;
            }
        }
        return null;
    }

    private static int status(String body) {
        try {
            return appliance.post("/v1/completions", body).statusCode();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }
}
