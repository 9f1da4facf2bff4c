package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Data-Juicer's operators send with {@code OPENAI_BASE_URL} at this server, through the Python client: its
 * headers, bodies with the operators' own messages and sampling parameters, and the paths at which it reads the reply.
 */
class DataJuicerRequestsTest {

    private static ServerProcess server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        server = ServerProcess.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(server.uri("/v1" + path)).header("Authorization", "Bearer " + key)
                .header("Accept", "application/json").header("User-Agent", "OpenAI/Python 1.99.9")
                .header("X-Stainless-Lang", "python").header("X-Stainless-Package-Version", "1.99.9")
                .header("X-Stainless-OS", "Linux").header("X-Stainless-Arch", "x64")
                .header("X-Stainless-Runtime", "CPython").header("X-Stainless-Runtime-Version", "3.11.9")
                .header("X-Stainless-Async", "false").header("X-Stainless-Retry-Count", "0")
                .header("X-Stainless-Read-Timeout", "600");
    }

    private static HttpResponse<String> post(String path, ObjectNode body) throws IOException {
        return server.send(request(path, server.key()).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build());
    }

    private static ObjectNode json(String text) throws IOException {
        return (ObjectNode) ServerProcess.JSON.readTree(text);
    }

    /** {@code model: null} is the first of the list. */
    private static String model() throws IOException {
        HttpResponse<String> listed = server.send(request("/models", server.key()).GET().build());
        assertEquals(200, listed.statusCode(), listed.body());
        assertEquals("list", json(listed.body()).path("object").textValue());
        return json(listed.body()).at("/data/0/id").textValue();
    }

    /** The messages of scoring filters, rewriting, dialog, extracting and aggregating operators, and their sampling. */
    @ParameterizedTest
    @ValueSource(strings = {
        "{\"messages\": [{\"role\": \"system\", \"content\": \"You are a meticulous data quality assessor.\"}, "
                + "{\"role\": \"user\", \"content\": \"# Data\\n'''\\n**Text**\\nA fox.\\n'''\\n\\n# Response\\n"
                + "json\\n\"}], \"temperature\": 0.9, \"top_p\": 0.95, \"max_tokens\": 12}",
        "{\"messages\": [{\"role\": \"system\", \"content\": \"请根据参考信息\"}, {\"role\": \"user\", \"content\": "
                + "\"以下是原始问答对：\\n【问题】\\nQ\\n【回答】\\nA\"}], \"max_tokens\": 12}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"用户：你好。\\n意图分析：\"}], \"temperature\": 0.2, "
                + "\"max_tokens\": 12, \"seed\": 42, \"stop\": [\"###\"]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"-Goal-\\nEntities: <|>\"}, {\"role\": \"assistant\", "
                + "\"content\": \"(\\\"entity\\\"<|>Fox<|>person<|>red)##<|COMPLETE|>\"}, {\"role\": \"user\", "
                + "\"content\": \"MANY entities were missed\"}], \"temperature\": 0, \"max_tokens\": 12, \"n\": 1, "
                + "\"presence_penalty\": 0.5, \"frequency_penalty\": 0.1, \"stream\": false}"})
    void shouldAnswerWhereDataJuicerReadsWhenAnOperatorAsks(String body) throws IOException {
        HttpResponse<String> reply = post("/chat/completions", json(body).put("model", model()));
        assertEquals(200, reply.statusCode(), reply.body());
        JsonNode content = json(reply.body()).at("/choices/0/message/content");
        assertTrue(content.isTextual() && !content.textValue().isEmpty(), reply.body());
        assertEquals("application/json", reply.headers().firstValue("Content-Type").orElse("").split(";")[0]);
    }

    @Test
    void shouldGiveNumbersWhereDataJuicerReadsWhenAnEmbeddingIsAsked() throws IOException {
        String model = model();
        for (String input : List.of("\"a text\"", "[\"a text\", \"another\"]")) {
            HttpResponse<String> reply = post("/embeddings", json("{\"model\": \"" + model + "\", \"input\": " + input
                    + ", \"dimensions\": 64, \"encoding_format\": \"float\"}"));
            assertEquals(200, reply.statusCode(), reply.body());
            JsonNode vector = json(reply.body()).at("/data/0/embedding");
            assertEquals(64, vector.size());
            double square = vector.valueStream().mapToDouble(x -> x.doubleValue() * x.doubleValue()).sum();
            assertEquals(1, square, 1e-3);
        }
    }

    /** Each is an exception of the client, and an empty text for the operator, which tries again; none is a hang. */
    @Test
    void shouldRefuseInOpenAisFormWhenTheRequestCannotBeServed() throws IOException {
        String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]";
        refused(404, "model_not_found", json("{\"model\": \"gpt-4o\", " + messages + "}"));
        String model = "\"model\": \"" + model() + "\", ";
        refused(400, "context_length_exceeded", json("{" + model + "\"messages\": [{\"role\": \"user\", \"content\": \""
                + "word ".repeat(5000) + "\"}]}"));
        refused(400, "unsupported_parameter", json("{" + model + messages + ", \"enable_thinking\": false}"));
        refused(400, "invalid_value", json("{" + model + messages + ", \"temperature\": 9}"));
        HttpResponse<String> stranger = server.send(request("/models", "sk-EMPTY").GET().build());
        assertEquals(401, stranger.statusCode());
        assertFalse(json(stranger.body()).at("/error/message").asText().isEmpty());
    }

    private static void refused(int status, String code, ObjectNode body) throws IOException {
        HttpResponse<String> reply = post("/chat/completions", body);
        assertEquals(status, reply.statusCode(), reply.body());
        JsonNode error = json(reply.body()).path("error");
        assertEquals(code, error.path("code").textValue(), reply.body());
        assertFalse(error.path("message").asText().isEmpty());
    }
}
