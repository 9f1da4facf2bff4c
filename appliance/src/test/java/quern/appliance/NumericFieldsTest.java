package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every numeric field of every route that computes something, at every extreme: honoured, or a 400 that names it. */
class NumericFieldsTest {

    private static final List<String> VALUES = List.of("-9223372036854775809", "-9223372036854775808", "-1e308",
            "-2147483649", "-1", "0", "1e-320", "NaN", "Infinity", "-Infinity", "2147483648", "9223372036854775808",
            "1e308", "1e999999999", "\"1\"", "null", "true", "[1]");
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
        if (!value.matches("-?[0-9].*")) {
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
        "/v1/fine_tuning/jobs, learning_rate, learning_rate, number, 1e-9, 10",
        "/v1/fine_tuning/jobs, learning_rate_multiplier, learning_rate_multiplier, number, 1e-6, 1e6",
        "/v1/fine_tuning/jobs, batch_tokens, batch_tokens, integer, 1, 1048576",
        "/v1/fine_tuning/jobs, batch_size, batch_size, none, 1, 0",
        "/v1/fine_tuning/jobs, lora_rank, lora_rank, integer, 1, 512",
        "/v1/fine_tuning/jobs, lora_alpha, lora_alpha, number, 1e-3, 1e6",
        "/v1/fine_tuning/jobs, held_out_share, held_out_share, number, 0, 0.9",
        "/v1/fine_tuning/jobs, gate_loss_margin, gate_loss_margin, number, -1e6, 1e6",
        "/v1/fine_tuning/jobs, gate_span_score_min, gate_span_score_min, number, 0, 1",
        "/v1/fine_tuning/jobs, gate_general_loss_max, gate_general_loss_max, number, -1e6, 1e6"})
    void shouldHonourOrNameTheFieldAndServeOnWhenANumberIsExtreme(
            String route, String field, String param, String kind, String min, String max) throws Exception {
        for (String value : VALUES) {
            String what = route + " " + field + " = " + value;
            HttpResponse<String> response = appliance.post(route, body(route, field, value));
            String found = TestAppliance.json(response).at("/error/param").asText("");
            if (!kind.equals(NONE) && legal(value, kind, min, max)) {
                boolean read = found.equals("training_file");
                assertTrue(read || response.statusCode() == 200, what + ": " + response.body());
                assertNotEquals(5, response.statusCode() / 100, what + ": " + response.body());
            } else if (!value.equals("null") || kind.startsWith("element")) {
                assertEquals(400, response.statusCode(), what + ": " + response.body());
                assertEquals(param, found.replaceAll("\\[0]$", ""), what + ": " + response.body());
            } else {
                assertNotEquals(5, response.statusCode() / 100, what + ": " + response.body());
            }
        }
        assertEquals(200, appliance.post("/v1/completions", body("/v1/completions", "n", "1")).statusCode());
    }
}
