package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stories model with an encoder beside it. */
class EmbeddingTest {

    private static final String PATH = "/v1/embeddings";

    @TempDir
    static Path directory;

    private static TestAppliance appliance;
    private static Path encoder;

    @BeforeAll
    static void start() throws Exception {
        encoder = TestEncoder.write(directory.resolve("letters.gguf"));
        appliance = TestAppliance.start(directory.resolve("data"), Map.of(
                "engine.embedding-model", encoder.toString(), "engine.embedding-inputs-max", "2000"));
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static String body(String model, String input, String more) {
        return "{\"model\": \"" + model + "\", \"input\": " + input + more + "}";
    }

    private static JsonNode embed(String model, String input, String more) throws Exception {
        HttpResponse<String> response = appliance.post(PATH, body(model, input, more));
        assertEquals(200, response.statusCode(), response.body());
        return TestAppliance.json(response);
    }

    private static double length(JsonNode vector) {
        double squares = 0;
        for (JsonNode element : vector) {
            squares += element.doubleValue() * element.doubleValue();
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @CsvSource({"stories260K, 64", "letters, 8"})
    void shouldGiveTheSameVectorForEveryFormOfInput(String model, int width) throws Exception {
        JsonNode one = embed(model, "\"a b\"", "");
        assertEquals("list", one.path("object").textValue());
        assertEquals(model, one.path("model").textValue());
        JsonNode item = one.path("data").path(0);
        assertEquals("embedding", item.path("object").textValue());
        assertEquals(width, item.path("embedding").size());
        assertEquals(1, length(item.path("embedding")), 1e-5);
        assertTrue(one.at("/usage/prompt_tokens").intValue() > 1);
        assertEquals(one.at("/usage/prompt_tokens"), one.at("/usage/total_tokens"));

        JsonNode many = embed(
                model, "[\"c\", \"a b\", \"c c c\"]", ", \"user\": \"me\", \"encoding_format\": \"float\"");
        assertEquals(3, many.path("data").size());
        for (int i = 0; i < 3; i++) {
            assertEquals(i, many.at("/data/" + i + "/index").intValue());
        }
        assertEquals(item.path("embedding"), many.at("/data/1/embedding"));
        assertNotEquals(item.path("embedding"), many.at("/data/0/embedding"));

        JsonNode tokens = embed(model, "[5, 9, 3]", "");
        JsonNode lists = embed(model, "[[9], [5, 9, 3]]", "");
        assertEquals(1, tokens.path("data").size());
        assertEquals(tokens.at("/data/0/embedding"), lists.at("/data/1/embedding"));
        assertEquals(4, lists.at("/usage/prompt_tokens").intValue());
    }

    @Test
    void shouldWriteTheSameFloatsInBase64() throws Exception {
        JsonNode numbers = embed("letters", "\"x y\"", "").at("/data/0/embedding");
        String text = embed("letters", "\"x y\"", ", \"encoding_format\": \"base64\"")
                .at("/data/0/embedding").textValue();
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode number : numbers) {
            assertEquals(number.floatValue(), bytes.getFloat());
        }
        assertEquals(0, bytes.remaining());
    }

    @Test
    void shouldKeepTheFirstNumbersWhenFewerDimensionsAreWanted() throws Exception {
        JsonNode whole = embed("stories260K", "\"Once upon a time\"", "").at("/data/0/embedding");
        JsonNode part = embed("stories260K", "\"Once upon a time\"", ", \"dimensions\": 10").at("/data/0/embedding");
        assertEquals(10, part.size());
        assertEquals(1, length(part), 1e-5);
        double scale = part.get(0).doubleValue() / whole.get(0).doubleValue();
        assertTrue(scale > 1);
        for (int i = 0; i < 10; i++) {
            assertEquals(whole.get(i).doubleValue() * scale, part.get(i).doubleValue(), 1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"input\": \"a\"} | model",
        "{\"model\": \"letters\"} | input",
        "{\"model\": \"letters\", \"input\": \"\"} | input",
        "{\"model\": \"letters\", \"input\": []} | input",
        "{\"model\": \"letters\", \"input\": [\"a\", \"\"]} | input[1]",
        "{\"model\": \"letters\", \"input\": [\"a\", []]} | input[1]",
        "{\"model\": \"letters\", \"input\": [\"a\", 1]} | input[1]",
        "{\"model\": \"letters\", \"input\": [1, \"a\"]} | input[1]",
        "{\"model\": \"letters\", \"input\": [1.5]} | input[0]",
        "{\"model\": \"letters\", \"input\": [99999999]} | input",
        "{\"model\": \"letters\", \"input\": 7} | input",
        "{\"model\": \"letters\", \"input\": {\"a\": 1}} | input",
        "{\"model\": \"letters\", \"input\": \"a\", \"encoding_format\": \"hex\"} | encoding_format",
        "{\"model\": \"letters\", \"input\": \"a\", \"dimensions\": 0} | dimensions",
        "{\"model\": \"letters\", \"input\": \"a\", \"dimensions\": 9} | dimensions",
        "{\"model\": \"letters\", \"input\": \"a\", \"truncate\": \"END\"} | truncate",
    })
    void shouldNameTheFieldAtFault(String body, String param) throws Exception {
        HttpResponse<String> response = appliance.post(PATH, body);
        assertEquals(400, response.statusCode(), response.body());
        assertEquals(param, TestAppliance.json(response).at("/error/param").textValue(), response.body());
    }

    @Test
    void shouldSayBothCountsWhenATextIsTooLongOrThereAreTooMany() throws Exception {
        HttpResponse<String> tooLong = appliance.post(PATH, body("letters", "\"" + "a ".repeat(15) + "\"", ""));
        assertEquals(400, tooLong.statusCode());
        JsonNode error = TestAppliance.json(tooLong).path("error");
        assertEquals("context_length_exceeded", error.path("code").textValue());
        assertEquals("an input has 17 tokens, the model takes 16", error.path("message").textValue());
        assertEquals(200, appliance.post(PATH, body("letters", "\"" + "a ".repeat(14) + "\"", "")).statusCode());
        String input = "[" + "\"a\", ".repeat(2000) + "\"a\"]";
        HttpResponse<String> tooMany = appliance.post(PATH, body("letters", input, ""));
        assertEquals(400, tooMany.statusCode());
        assertTrue(tooMany.body().contains("has 2001 elements, at most 2000"), tooMany.body());
        assertEquals(2000, embed("letters", "[" + "\"a\", ".repeat(1999) + "\"b\"]", "").path("data").size());
    }

    @Test
    void shouldRefuseStrangersAndUnknownModels() throws Exception {
        assertEquals(404, appliance.post(PATH, body("nothing", "\"a\"", "")).statusCode());
        HttpRequest keyless = HttpRequest.newBuilder(appliance.request(PATH).build().uri())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body("letters", "\"a\"", ""))).build();
        assertEquals(401, appliance.send(keyless).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/v1/chat/completions {\"model\": \"letters\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}",
        "/v1/completions {\"model\": \"letters\", \"prompt\": \"Hi\"}"})
    void shouldSayThatAnEncoderGeneratesNothing(String request) throws Exception {
        int blank = request.indexOf(' ');
        HttpResponse<String> response = appliance.post(request.substring(0, blank), request.substring(blank + 1));
        assertEquals(400, response.statusCode());
        assertTrue(response.body().contains("'letters' is an encoder"), response.body());
    }

    @Test
    void shouldListTheEncoderBesideTheModel() throws Exception {
        JsonNode models = TestAppliance.json(appliance.get("/v1/models")).path("data");
        assertEquals("stories260K", models.at("/0/id").textValue());
        assertEquals("letters", models.at("/1/id").textValue());
        JsonNode health = TestAppliance.json(appliance.get("/health"));
        assertEquals("stories260K", health.path("model").textValue());
        assertEquals("letters", health.path("embedding_model").textValue());
    }

    @Test
    void shouldStopWhenTheClientIsGone() throws Exception {
        String text = "\"" + "Once upon a time there was a fox. ".repeat(10) + "\"";
        String body = body("stories260K", "[" + (text + ", ").repeat(1999) + text + "]", "");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), appliance.port())) {
            socket.getOutputStream().write(("POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer " + appliance.adminKey() + "\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            assertTrue(TestAppliance.await(Duration.ofSeconds(20), () -> appliance.active() > 0), "did not start");
            socket.setSoLinger(true, 0);
        }
        assertTrue(TestAppliance.await(Duration.ofSeconds(4), () -> appliance.active() == 0), "still at work");
    }

    @Test
    void shouldServeEmbeddingsOnlyWhenTheModelIsAnEncoder() throws Exception {
        try (TestAppliance alone = TestAppliance.startWithModel(
                directory.resolve("alone"), encoder, Map.of("engine.pooling", "cls"))) {
            alone.appliance().whenReady().toCompletableFuture().join();
            JsonNode models = TestAppliance.json(alone.get("/v1/models")).path("data");
            assertEquals(1, models.size());
            assertEquals("letters", models.at("/0/id").textValue());
            assertEquals("letters", TestAppliance.json(alone.get("/health")).path("model").textValue());
            HttpResponse<String> embedded = alone.post(PATH, body("letters", "\"a b\"", ""));
            assertEquals(200, embedded.statusCode(), embedded.body());
            assertNotEquals(embed("letters", "\"a b\"", "").at("/data/0/embedding"),
                    TestAppliance.json(embedded).at("/data/0/embedding"), "pooling has no effect");
            assertEquals(400, alone.post("/v1/completions",
                    "{\"model\": \"letters\", \"prompt\": \"Hi\"}").statusCode());
            assertEquals(404, alone.post(PATH, body("quern-nano", "\"a\"", "")).statusCode());
            HttpResponse<String> tuning = alone.post("/v1/fine_tuning/jobs",
                    "{\"model\": \"quern-nano\", \"training_file\": \"file-1\"}");
            assertEquals(400, tuning.statusCode());
            assertTrue(tuning.body().contains("is an encoder"), tuning.body());
        }
    }
}
