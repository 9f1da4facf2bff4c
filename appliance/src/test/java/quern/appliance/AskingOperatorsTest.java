package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Curation jobs whose operators ask the served model, and Data-Juicer's own requests over HTTP. */
class AskingOperatorsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static void document(TestAppliance appliance, int index) throws Exception {
        HttpResponse<String> response = appliance.send(appliance.request("/v1/documents?name=" + index + ".txt")
                .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(
                        "Once upon a time there was fox number " + index + ". It lived in a den.")).build());
        assertEquals(2, response.statusCode() / 100, response.body());
    }

    private static String submit(TestAppliance appliance, String recipe) throws Exception {
        ObjectNode body = TestAppliance.JSON.createObjectNode().put("recipe", recipe);
        HttpResponse<String> response = appliance.post("/v1/curation/jobs", body.toString());
        assertEquals(200, response.statusCode(), response.body());
        return TestAppliance.json(response).path("id").textValue();
    }

    private static JsonNode job(TestAppliance appliance, String id) {
        try {
            return TestAppliance.json(appliance.get("/v1/jobs/" + id));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode ended(TestAppliance appliance, String id) {
        assertTrue(TestAppliance.await(LIMIT, () -> List.of("succeeded", "failed", "cancelled")
                .contains(job(appliance, id).path("status").asText())), () -> job(appliance, id).toString());
        return job(appliance, id);
    }

    private List<JsonNode> samples(JsonNode job) throws Exception {
        assertEquals("succeeded", job.path("status").asText(), job::toString);
        Path dataset = TestAppliance.opened(directory.resolve("data")).resolve("datasets")
                .resolve(job.at("/result/dataset_id").asText());
        List<JsonNode> samples = new ArrayList<>();
        try (var files = Files.list(dataset)) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith("part-")
                    || one.getFileName().toString().matches(".*\\d\\.jsonl")).sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    samples.add(TestAppliance.JSON.readTree(line));
                }
            }
        }
        return samples;
    }

    @Test
    void shouldMeasureJudgeAndWriteWithTheServedModel() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of(
                "curation.generation-parallel", "3"))) {
            for (int i = 0; i < 5; i++) {
                document(appliance, i);
            }
            JsonNode job = ended(appliance, submit(appliance, """
                    keep_stats_in_res_ds: true
                    process:
                      - llm_perplexity_filter: {max_score: 1e9, hf_model: Qwen/Qwen2.5-0.5B}
                      - perplexity_filter: {max_ppl: 1e9}
                      - token_num_filter: {min_num: 5}
                      - text_embd_similarity_filter: {min_score: -1, valid_dataset: [{text: A fox in a den.}]}
                      - llm_analysis_filter: {try_num: 1, min_score: 0, sampling_params: {max_tokens: 40}}
                      - sentence_augmentation_mapper: {task_sentence: Go on., text_key_second: more, max_new_tokens: 8}
                    """));
            List<JsonNode> samples = samples(job);
            assertEquals(5, samples.size());
            for (JsonNode sample : samples) {
                JsonNode stats = sample.path("__dj__stats__");
                assertTrue(stats.path("llm_perplexity").doubleValue() > 1, stats::toString);
                assertEquals(stats.path("llm_perplexity").doubleValue(), stats.path("perplexity").doubleValue(), 0.06);
                assertTrue(Math.abs(stats.path("text_embd_similarity").doubleValue()) <= 1 + 1e-6, stats::toString);
                assertTrue(stats.has("llm_analysis_record"), stats::toString);
                assertTrue(sample.path("more").isTextual(), sample::toString);
            }
            JsonNode noted = job.at("/result/report/operators/1/noted");
            assertEquals(5, noted.path("stories260K was asked for Qwen/Qwen2.5-0.5B").asInt(), job::toString);
            assertEquals(samples, samples(ended(appliance, submit(appliance, """
                    keep_stats_in_res_ds: true
                    process:
                      - llm_perplexity_filter: {max_score: 1e9, hf_model: Qwen/Qwen2.5-0.5B}
                      - perplexity_filter: {max_ppl: 1e9}
                      - token_num_filter: {min_num: 5}
                      - text_embd_similarity_filter: {min_score: -1, valid_dataset: [{text: A fox in a den.}]}
                      - llm_analysis_filter: {try_num: 1, min_score: 0, sampling_params: {max_tokens: 40}}
                      - sentence_augmentation_mapper: {task_sentence: Go on., text_key_second: more, max_new_tokens: 8}
                    """))), "the same recipe gives the same answers");
        }
    }

    @Test
    void shouldLetGoOfTheEngineWhenTheJobIsCancelledOrTheServerStops() throws Exception {
        TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of());
        try (appliance) {
            document(appliance, 1);
            String recipe = "process:\n  - sentence_augmentation_mapper: {task_sentence: Go on., "
                    + "text_key_second: more, max_new_tokens: 1000000, sampling_params: {temperature: 1}}\n";
            String id = submit(appliance, recipe);
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() > 0), "nothing was asked");
            assertEquals(200, appliance.post("/v1/jobs/" + id + "/cancel", "{}").statusCode());
            assertEquals("cancelled", ended(appliance, id).path("status").asText());
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() == 0), "the engine goes on");
            submit(appliance, recipe);
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() > 0), "nothing was asked");
            long from = System.nanoTime();
            appliance.close();
            assertTrue(System.nanoTime() - from < Duration.ofSeconds(20).toNanos(), "the job held up the stop");
        }
    }

    /** What Data-Juicer 1.4.3 sends, field by field: model null is the first of /v1/models. */
    @Test
    void shouldServeAnUnmodifiedDataJuicer() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of())) {
            String model = TestAppliance.json(appliance.get("/v1/models")).at("/data/0/id").textValue();
            assertEquals("stories260K", model);
            HttpResponse<String> chat = appliance.post("/v1/chat/completions", """
                    {"messages": [{"role": "system", "content": "Judge."}, {"role": "user", "content": "# Data"}],
                     "model": "%s", "temperature": 0.9, "top_p": 0.95, "max_tokens": 12}""".formatted(model));
            assertEquals(200, chat.statusCode(), chat.body());
            assertNotNull(TestAppliance.json(chat).at("/choices/0/message/content").textValue());
            assertEquals(200, appliance.post("/v1/chat/completions", """
                    {"messages": [{"role": "user", "content": "Hi"}], "model": "%s"}""".formatted(model))
                    .statusCode());
            for (String input : List.of("\"a text\"", "[\"a\", \"b\"]")) {
                HttpResponse<String> embedded = appliance.post("/v1/embeddings", """
                        {"model": "%s", "input": %s, "dimensions": 32, "encoding_format": "float"}"""
                        .formatted(model, input));
                assertEquals(200, embedded.statusCode(), embedded.body());
                assertEquals(32, TestAppliance.json(embedded).at("/data/0/embedding").size());
            }
            HttpResponse<String> wide = appliance.post("/v1/embeddings", """
                    {"model": "%s", "input": "x", "dimensions": 4096, "encoding_format": "float"}""".formatted(model));
            assertEquals(400, wide.statusCode(), "more elements than there are cannot be given");
            assertTrue(wide.body().contains("have 64"), wide.body());
        }
    }
}
