package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every numeric field of every route that computes something, at every extreme: honoured, or a 400 that names it. */
class NumericFieldsTest {

    /** No exponent of a number in Java. */
    private static final String BEYOND = "1e99999999999";
    private static final List<String> VALUES = List.of("-9223372036854775809", "-9223372036854775808", "-1e308",
            "-2147483649", "-1", "0", "1e-320", "NaN", "Infinity", "-Infinity", "2147483648", "9223372036854775808",
            "1e308", "1e309", "1e-400", "1e999999999", BEYOND, "\"1\"", "null", "true", "[1]");
    private static final String NONE = "none";

    @TempDir
    static Path data;

    private static TestAppliance appliance;

    @BeforeAll
    static void start() throws Exception {
        appliance = TestAppliance.start(data, Map.of());
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    private static String body(String route, String field, String value) {
        String common = "{\"model\": \"stories260K\", ";
        return switch (route) {
            case "/v1/chat/completions" -> common + "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], "
                    + (field.startsWith("max_") ? "" : "\"max_tokens\": 2, ")
                    + (field.equals("top_logprobs") ? "\"logprobs\": true, " : "") + member(field, value) + "}";
            case "/v1/completions" -> common + (field.startsWith("prompt") ? "" : "\"prompt\": \"Hi\", ")
                    + (field.equals("max_tokens") ? "" : "\"max_tokens\": 2, ")
                    + (field.equals("best_of") ? "\"n\": 1, " : "") + member(field, value) + "}";
            case "/v1/embeddings" -> common + (field.startsWith("input") ? "" : "\"input\": \"Hi\", ")
                    + member(field, value) + "}";
            default -> common + "\"training_file\": \"file-none\", " + (field.equals("seed") ? member(field, value)
                    : "\"method\": {\"type\": \"supervised\", \"supervised\": {\"hyperparameters\": {"
                    + member(field, value) + "}}}") + "}";
        };
    }

    private static String member(String field, String value) {
        int inside = field.indexOf('.');
        if (field.endsWith("[0]")) {
            return "\"" + field.substring(0, field.length() - 3) + "\": [" + value + "]";
        }
        return inside < 0 ? "\"" + field + "\": " + value
                : "\"" + field.substring(0, inside) + "\": {\"" + field.substring(inside + 1) + "\": " + value + "}";
    }

    private static boolean legal(String value, String kind, String min, String max) {
        if (value.equals("null")) {
            return !kind.startsWith("element");
        }
        if (kind.equals("element integer") && (value.equals("\"1\"") || value.equals("[1]"))) {
            return true;
        }
        if (!value.matches("-?[0-9].*") || value.equals(BEYOND)) {
            return false;
        }
        BigDecimal number = new BigDecimal(value);
        boolean whole = kind.endsWith("number") || value.matches("-?[0-9]+");
        return whole && number.compareTo(new BigDecimal(min)) >= 0 && number.compareTo(new BigDecimal(max)) <= 0;
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "/v1/chat/completions, temperature, temperature, number, 0, 2",
        "/v1/chat/completions, top_p, top_p, number, 0, 1",
        "/v1/chat/completions, n, n, integer, 1, 8",
        "/v1/chat/completions, top_k, top_k, integer, 0, 1048576",
        "/v1/chat/completions, min_p, min_p, number, 0, 1",
        "/v1/chat/completions, typical_p, typical_p, number, 0, 1",
        "/v1/chat/completions, top_n_sigma, top_n_sigma, number, 0, 100",
        "/v1/chat/completions, xtc_probability, xtc_probability, number, 0, 1",
        "/v1/chat/completions, xtc_threshold, xtc_threshold, number, 0, 1",
        "/v1/chat/completions, seed, seed, integer, -9223372036854775808, 9223372036854775807",
        "/v1/chat/completions, presence_penalty, presence_penalty, number, -2, 2",
        "/v1/chat/completions, frequency_penalty, frequency_penalty, number, -2, 2",
        "/v1/chat/completions, repetition_penalty, repetition_penalty, number, 0.01, 10",
        "/v1/chat/completions, max_tokens, max_tokens, integer, 1, 2147483647",
        "/v1/chat/completions, max_completion_tokens, max_completion_tokens, integer, 1, 2147483647",
        "/v1/chat/completions, top_logprobs, top_logprobs, integer, 0, 20",
        "/v1/chat/completions, timeout_ms, timeout_ms, integer, 1, 86400000",
        "/v1/chat/completions, logit_bias.5, logit_bias, element number, -100, 100",
        "/v1/completions, temperature, temperature, number, 0, 2",
        "/v1/completions, n, n, integer, 1, 8",
        "/v1/completions, best_of, best_of, integer, 1, 1",
        "/v1/completions, max_tokens, max_tokens, integer, 1, 2147483647",
        "/v1/completions, logprobs, logprobs, integer, 0, 20",
        "/v1/completions, seed, seed, integer, -9223372036854775808, 9223372036854775807",
        "/v1/completions, prompt[0], prompt, element integer, 0, 511",
        "/v1/embeddings, dimensions, dimensions, integer, 1, 64",
        "/v1/embeddings, input[0], input, element integer, 0, 511",
        "/v1/fine_tuning/jobs, seed, seed, integer, 0, 2147483647",
        "/v1/fine_tuning/jobs, n_epochs, n_epochs, integer, 1, 1000",
        "/v1/fine_tuning/jobs, max_steps, max_steps, integer, 1, 1048576",
        "/v1/fine_tuning/jobs, learning_rate, learning_rate, number, 1e-9, 10",
        "/v1/fine_tuning/jobs, learning_rate_multiplier, learning_rate_multiplier, number, 1e-6, 1e6",
        "/v1/fine_tuning/jobs, min_lr_rate, min_lr_rate, number, 0, 1",
        "/v1/fine_tuning/jobs, warmup_steps, warmup_steps, integer, 0, 1048576",
        "/v1/fine_tuning/jobs, weight_decay, weight_decay, number, 0, 10",
        "/v1/fine_tuning/jobs, max_grad_norm, max_grad_norm, number, 0, 1e6",
        "/v1/fine_tuning/jobs, batch_tokens, batch_tokens, integer, 1, 1048576",
        "/v1/fine_tuning/jobs, batch_size, batch_size, none, 1, 0",
        "/v1/fine_tuning/jobs, lora_rank, lora_rank, integer, 1, 512",
        "/v1/fine_tuning/jobs, lora_alpha, lora_alpha, number, 1e-3, 1e6",
        "/v1/fine_tuning/jobs, held_out_share, held_out_share, number, 0, 0.9",
        "/v1/fine_tuning/jobs, gate_loss_margin, gate_loss_margin, number, -1e6, 1e6",
        "/v1/fine_tuning/jobs, gate_span_score_min, gate_span_score_min, number, 0, 1",
        "/v1/fine_tuning/jobs, gate_general_loss_max, gate_general_loss_max, number, -1e6, 1e6",
        "/v1/fine_tuning/jobs, gate_checks_min, gate_checks_min, number, 0, 1",
        "/v1/fine_tuning/jobs, gate_checks_lost_max, gate_checks_lost_max, integer, 0, 1048576",
        "/v1/fine_tuning/jobs, canaries, canaries, integer, 0, 64",
        "/v1/fine_tuning/jobs, gate_leak_exposure_max, gate_leak_exposure_max, number, 0, 8",
        "/v1/fine_tuning/jobs, gate_leak_extracted_max, gate_leak_extracted_max, number, 0, 1",
        "/v1/fine_tuning/jobs, gate_leak_membership_max, gate_leak_membership_max, number, 0, 1"})
    void shouldHonourOrNameTheFieldAndServeOnWhenANumberIsExtreme(
            String route, String field, String param, String kind, String min, String max) throws Exception {
        for (String value : VALUES) {
            String what = route + " " + field + " = " + value;
            HttpResponse<String> response = appliance.post(route, body(route, field, value));
            JsonNode error = TestAppliance.json(response).path("error");
            if (!kind.equals(NONE) && legal(value, kind, min, max)) {
                boolean read = error.path("param").asText().equals("training_file");
                assertTrue(read || response.statusCode() == 200, what + ": " + response.body());
                assertNotEquals(5, response.statusCode() / 100, what + ": " + response.body());
            } else if (!value.equals("null") || kind.startsWith("element")) {
                assertEquals(400, response.statusCode(), what + ": " + response.body());
                requireNamed(error, param, kind, value);
            } else {
                assertNotEquals(5, response.statusCode() / 100, what + ": " + response.body());
            }
        }
        assertEquals(200, appliance.post("/v1/completions", body("/v1/completions", "n", "1")).statusCode());
    }

    /** The field's place and, unless elements or the exponent are at fault, its range. */
    private static void requireNamed(JsonNode error, String param, String kind, String value) {
        String found = error.path("param").asText();
        assertTrue(found.matches("(method\\.supervised\\.hyperparameters\\.)?" + param + "(\\.5|\\[0])?"),
                error.toString());
        boolean ranged = (kind.equals("integer") || kind.equals("number")) && !value.equals(BEYOND);
        assertTrue(!ranged || error.path("message").asText().matches(".* -?[0-9.E-]+ to -?[0-9.E]+.*"),
                error.toString());
    }

    @Test
    void shouldNameTheFieldInTheErrorFileWhenALineOfABatchHoldsAnExtreme() throws Exception {
        List<String> fields =
                List.of("temperature", "top_p", "n", "min_p", "presence_penalty", "max_tokens", "logprobs");
        List<String> values = List.of("-9223372036854775809", "NaN", "1e309", "2147483648", "\"1\"", "true", BEYOND);
        StringBuilder lines = new StringBuilder();
        for (String field : fields) {
            for (String value : values) {
                lines.append("{\"custom_id\": \"").append(field).append(' ').append(values.indexOf(value))
                        .append("\", \"method\": \"POST\", \"url\": \"/v1/completions\", \"body\": ")
                        .append(body("/v1/completions", field, value)).append("}\n");
            }
        }
        String good = lines.toString().lines().filter(line -> !line.contains(BEYOND)).collect(Collectors.joining("\n"));
        JsonNode batch = Batches.ended(appliance, Batches.submit(appliance, "/v1/completions", good));
        assertEquals("completed", batch.path("status").textValue(), batch.toString());
        assertEquals(fields.size() * (values.size() - 1), batch.at("/request_counts/failed").asInt(), batch.toString());
        String errors = appliance.get("/v1/files/" + batch.path("error_file_id").textValue() + "/content").body();
        for (String line : errors.lines().toList()) {
            JsonNode found = TestAppliance.JSON.readTree(line);
            assertEquals(400, found.at("/response/status_code").asInt(), line);
            assertEquals(found.path("custom_id").asText().split(" ")[0],
                    found.at("/response/body/error/param").asText(), line);
        }
        JsonNode refused = Batches.ended(appliance, Batches.submit(appliance, "/v1/completions", lines.toString()));
        assertEquals("failed", refused.path("status").textValue(), refused.toString());
        assertTrue(refused.path("errors").toString().contains("body.temperature"), refused.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "1e3", "1.5", "2147483648", "9223372036854775808", "", "x"})
    void shouldNameHeaderAndQueryWhenTheirNumberIsExtreme(String value) throws Exception {
        HttpResponse<String> late = appliance.send(appliance.request("/v1/completions")
                .header("Content-Type", "application/json").header("X-Request-Timeout-Ms", value)
                .POST(HttpRequest.BodyPublishers.ofString(body("/v1/completions", "n", "1"))).build());
        assertEquals(400, late.statusCode(), late.body());
        assertEquals("X-Request-Timeout-Ms", TestAppliance.json(late).at("/error/param").asText());
        for (String path : List.of("/v1/jobs", "/v1/batches", "/v1/files", "/v1/documents", "/v1/datasets",
                "/v1/fine_tuning/jobs")) {
            HttpResponse<String> response = appliance.get(path + "?limit=" + value);
            assertEquals(400, response.statusCode(), path + " " + response.body());
            assertEquals("limit", TestAppliance.json(response).at("/error/param").asText());
            assertTrue(response.body().contains("from 1 to "), response.body());
        }
    }
}
