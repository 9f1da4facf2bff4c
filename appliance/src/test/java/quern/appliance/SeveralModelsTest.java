package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import quern.actors.models.ModelImport;
import quern.actors.models.ModelStore;
import quern.actors.models.StagedModel;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;

/** Models that are loaded when a request names them, beside the one that is served from the start. */
@Timeout(180)
class SeveralModelsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String STANDING = "stories260K";

    private Path data;
    private TestAppliance appliance;

    @BeforeEach
    void placeData(@TempDir Path directory) {
        data = directory.resolve("data");
    }

    private void start(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("start.warm-up", "0ms", "engine.scheduling.profile", "0ms"));
        all.putAll(settings);
        appliance = TestAppliance.start(data, all);
    }

    private static Path variant(String type) {
        return TestAppliance.storiesModel().resolveSibling("quant").resolve("stories260K-ffn192-" + type + ".gguf");
    }

    private void add(String name, Path file, boolean link) throws IOException {
        ApplianceConfig config = ConfigLoader.defaults(data);
        try (ModelImport running = ModelImport.into(data, (stage, done, total) -> { })) {
            StagedModel staged = running.stage(
                    new ModelImport.Order(file, Optional.of(name), link, Optional.empty()));
            try (DataDirectory directory = DataDirectory.open(data, config.encryption(), Map.of());
                    Catalogue catalogue = Catalogue.open(
                            directory.catalogue(), config.jobs().eventsPerJobMax(), directory.vault())) {
                new ModelStore(directory.root(), catalogue, config.start()).add(staged);
            }
            running.complete();
        }
    }

    private void addThree() throws IOException {
        add("a", variant("f16"), false);
        add("b", variant("q8_0"), false);
        add("c", variant("q4_0"), false);
    }

    private HttpResponse<String> ask(String model, String more) {
        try {
            return appliance.post("/v1/completions", "{\"model\": \"" + model
                    + "\", \"prompt\": \"The lamp\", \"max_tokens\": 8, \"temperature\": 0" + more + "}");
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    private String text(String model, String more) {
        HttpResponse<String> reply = ask(model, more);
        assertEquals(200, reply.statusCode(), reply.body());
        try {
            return TestAppliance.json(reply).at("/choices/0/text").asText();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private JsonNode get(String path) {
        try {
            return TestAppliance.json(appliance.get(path));
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }

    private String state(String model) {
        return get("/v1/models/" + model).path("state").asText();
    }

    private TreeSet<String> loaded() {
        TreeSet<String> names = new TreeSet<>();
        get("/health").at("/models/loaded").forEach(name -> names.add(name.asText()));
        return names;
    }

    private void awaitState(String model, String wanted) {
        assertTrue(TestAppliance.await(LIMIT, () -> state(model).equals(wanted)), model + " is " + state(model));
    }

    private void assertMetric(String line) throws Exception {
        assertTrue(appliance.get("/metrics").body().lines().anyMatch(line::equals),
                () -> line + ": " + get("/health"));
    }

    private String submitted(int status, String recipe) throws Exception {
        HttpResponse<String> reply = appliance.post("/v1/curation/jobs",
                TestAppliance.JSON.createObjectNode().put("recipe", recipe).toString());
        assertEquals(status, reply.statusCode(), reply.body());
        return reply.body();
    }

    private JsonNode sample(String recipe) throws Exception {
        String at = "/v1/jobs/" + TestAppliance.JSON.readTree(submitted(200, recipe)).path("id").asText();
        assertTrue(TestAppliance.await(LIMIT, () -> get(at).path("finished_at").isNumber()), at);
        assertEquals("succeeded", get(at).path("status").asText(), () -> get(at).toString());
        return get("/v1/datasets/" + get(at).at("/result/dataset_id").asText() + "/samples").at("/data/0/sample");
    }

    private double perplexity(String more) throws Exception {
        HttpResponse<String> reply = appliance.post(
                "/v1/curation/perplexity", "{\"text\": \"The lamp burns all night.\"" + more + "}");
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply).path("perplexity").asDouble();
    }

    @Test
    void shouldAskTheModelsThatARecipeNamesWithinTheirRoom() throws Exception {
        addThree();
        start(Map.of("models.loaded-max", "2"));
        try (TestAppliance _ = appliance) {
            assertEquals(2, appliance.send(appliance.request("/v1/documents?name=lamp.txt")
                    .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(
                            "The lamp burns all night.")).build()).statusCode() / 100);
            String recipe = "keep_stats_in_res_ds: true\nprocess:\n  - llm_perplexity_filter: {max_score: 1e9%s}\n";
            String stat = "/__dj__stats__/llm_perplexity";
            double standing = sample(recipe.formatted("")).at(stat).asDouble();
            double coarse = sample(recipe.formatted(", model: c")).at(stat).asDouble();
            assertTrue(standing > 1 && coarse > 1, standing + " " + coarse);
            assertNotEquals(standing, coarse);
            assertEquals(coarse, sample(recipe.formatted(", hf_model: c")).at(stat).asDouble());
            assertEquals(standing, sample(recipe.formatted(", hf_model: gpt-4o")).at(stat).asDouble());
            assertEquals(standing, sample(recipe.formatted(", model: " + STANDING)).at(stat).asDouble());
            assertEquals(perplexity(""), perplexity(", \"model\": \"" + STANDING + "\""));
            assertNotEquals(perplexity(""), perplexity(", \"model\": \"c\""));
            JsonNode both = sample(recipe.formatted(", model: a") + "  - sentence_augmentation_mapper: "
                    + "{model: c, task_sentence: Go on., text_key_second: more, max_new_tokens: 8}\n");
            assertNotEquals(coarse, both.at(stat).asDouble());
            assertTrue(both.path("more").isTextual() && loaded().contains("c"), both + " " + loaded());
            String refused = submitted(400, recipe.formatted(", model: nobody"));
            assertTrue(refused.contains("'nobody'") && refused.contains("there is " + STANDING + ", a, b, c"), refused);
        }
    }

    @Test
    void shouldLoadAModelOnItsFirstRequestAndUnloadItWhenItsTimeIsOver() throws Exception {
        addThree();
        start(Map.of("models.keep-alive", "400ms"));
        try (TestAppliance _ = appliance) {
            assertEquals("loaded", state(STANDING));
            assertEquals("available", state("a"));
            JsonNode list = get("/v1/models").path("data");
            assertEquals(List.of(STANDING, "a", "b", "c"), list.findValuesAsText("id"));
            list.forEach(model -> assertTrue(model.path("bytes").asLong() > 8 << 20, list.toString()));
            String standing = text(STANDING, "");
            text("a", "");
            assertNotEquals(get("/v1/models/a").path("fingerprint"), get("/v1/models/" + STANDING).path("fingerprint"));
            assertEquals("loaded", state("a"));
            assertTrue(get("/v1/models/a").path("expires_at").asLong() > 0);
            awaitState("a", "available");
            assertEquals(new TreeSet<>(List.of(STANDING)), loaded());
            assertEquals(standing, text(STANDING, ", \"keep_alive\": 0"), "it stays");
            assertEquals("loaded", state(STANDING));
            assertMetric("quern_model_loads_total 1.0");
            assertMetric("quern_model_unloads_total 1.0");
            assertMetric("quern_models_loaded 1.0");
            assertEquals(404, ask("nobody", "").statusCode());
            assertEquals(409, appliance.post("/v1/models/" + STANDING + "/unload", "{}").statusCode());
            assertEquals(404, appliance.post("/v1/models/nobody/load", "{}").statusCode());
        }
    }

    @Test
    void shouldKeepAModelForAsLongAsTheRequestSays() throws Exception {
        addThree();
        start(Map.of("models.keep-alive", "100ms"));
        try (TestAppliance _ = appliance) {
            text("a", ", \"keep_alive\": -1");
            text("b", ", \"keep_alive\": 0");
            text("c", ", \"keep_alive\": \"1h\"");
            awaitState("b", "available");
            Thread.sleep(400);
            assertEquals(new TreeSet<>(List.of(STANDING, "a", "c")), loaded());
            text("a", ", \"keep_alive\": 0");
            awaitState("a", "available");
            HttpResponse<String> wrong = ask("a", ", \"keep_alive\": \"soon\"");
            assertEquals(400, wrong.statusCode());
            assertTrue(wrong.body().contains("keep_alive"), wrong.body());
        }
    }

    @Test
    void shouldUnloadTheOneUsedLongestAgoWhereAnotherNeedsTheRoom() throws Exception {
        addThree();
        start(Map.of("models.loaded-max", "3"));
        try (TestAppliance _ = appliance) {
            text("a", "");
            text("b", "");
            text("a", "");
            text("c", "");
            assertEquals(new TreeSet<>(List.of(STANDING, "a", "c")), loaded());
            text("b", "");
            assertEquals(new TreeSet<>(List.of(STANDING, "b", "c")), loaded());
        }
    }

    /** Two models that cannot be loaded together, asked in turn by several at once: all answers are as asked alone. */
    @Test
    void shouldAnswerFiftyRequestsForTwoModelsInTurnWithinTheMemory() throws Exception {
        addThree();
        start(Map.of("models.memory", "20MiB"));
        try (TestAppliance _ = appliance; var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<String, String> alone = Map.of("a", text("a", ""), "b", text("b", ""));
            var over = new AtomicBoolean();
            var watch = CompletableFuture.supplyAsync(() -> {
                long most = 0;
                while (!over.get()) {
                    JsonNode models = get("/health").path("models");
                    most = Math.max(most, models.path("memory_bytes").asLong());
                }
                return most;
            }, threads);
            List<CompletableFuture<Void>> asked = new ArrayList<>();
            for (int caller = 0; caller < 5; caller++) {
                int first = caller;
                asked.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 10; i++) {
                        String model = (i + first) % 2 == 0 ? "a" : "b";
                        assertEquals(alone.get(model), text(model, ""), model);
                    }
                }, threads));
            }
            asked.forEach(CompletableFuture::join);
            over.set(true);
            assertTrue(watch.join() <= 20 << 20, watch.join() + " bytes");
            assertTrue(loaded().size() <= 2, loaded().toString());
            HttpResponse<String> never = appliance.post("/v1/models/a/load", "{}");
            assertEquals(200, never.statusCode(), never.body());
        }
    }

    @Test
    void shouldAnswer503WithTheReasonWhenAModelCannotBeLoadedAndTryAgainLater() throws Exception {
        Path linked = data.resolveSibling("linked.gguf");
        Files.copy(variant("f16"), linked);
        add("linked", linked, true);
        byte[] right = Files.readAllBytes(linked);
        Files.write(linked, new byte[100], StandardOpenOption.APPEND);
        start(Map.of());
        try (TestAppliance _ = appliance) {
            HttpResponse<String> failed = ask("linked", "");
            assertEquals(503, failed.statusCode(), failed.body());
            JsonNode error = TestAppliance.json(failed).path("error");
            assertEquals("model_failed", error.path("code").asText());
            assertTrue(error.path("message").asText().contains("linked.gguf"), error.toString());
            assertTrue(Integer.parseInt(failed.headers().firstValue("Retry-After").orElseThrow()) >= 1);
            assertEquals("failed", state("linked"));
            Files.write(linked, right);
            assertEquals(503, ask("linked", "").statusCode(), "not tried at once");
            assertTrue(TestAppliance.await(LIMIT, () -> ask("linked", "").statusCode() == 200));
            assertMetric("quern_model_load_failures_total 1.0");
            assertFalse(text(STANDING, "").isEmpty());
        }
    }

    @Test
    void shouldRefuseWhatNeverFitsAndTellHowLongToWaitWhatIsLoading() throws Exception {
        addThree();
        start(Map.of("models.memory", "10MiB", "models.load-wait", "0s"));
        try (TestAppliance _ = appliance) {
            assertTrue(TestAppliance.await(LIMIT, () -> ask("a", "").body().contains("model_failed")));
            HttpResponse<String> refused = ask("a", "");
            assertTrue(refused.body().contains("models.memory is 10.0 MiB"), refused.body());
        }
        start(Map.of("models.load-wait", "0s"));
        try (TestAppliance _ = appliance) {
            HttpResponse<String> loading = ask("a", "");
            assertEquals(503, loading.statusCode(), loading.body());
            assertTrue(loading.body().contains("model_loading"), loading.body());
            assertTrue(loading.headers().firstValue("Retry-After").isPresent());
            awaitState("a", "loaded");
            assertEquals(200, ask("a", "").statusCode());
        }
    }

    @Test
    void shouldRemoveALoadedModelAfterUnloadingIt() throws Exception {
        addThree();
        start(Map.of());
        try (TestAppliance _ = appliance) {
            text("a", ", \"keep_alive\": -1");
            assertEquals(200, appliance.delete("/v1/catalogue/models/a").statusCode());
            assertEquals(404, ask("a", "").statusCode());
            assertEquals(new TreeSet<>(List.of(STANDING)), loaded());
        }
    }

    @Test
    void shouldNotUnloadAModelThatAnswers() throws Exception {
        add("endless", TestAppliance.endlessModel(data), false);
        add("b", variant("q8_0"), false);
        start(Map.of("models.loaded-max", "2", "models.load-wait", "700ms"));
        try (TestAppliance _ = appliance; HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> answer = client.send(appliance.request("/v1/completions")
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(
                            "{\"model\": \"endless\", \"prompt\": \"The lamp\", \"max_tokens\": 200000,"
                                    + " \"ignore_eos\": true, \"stream\": true}")).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream tokens = answer.body()) {
                assertTrue(tokens.read() >= 0);
                HttpResponse<String> unload = appliance.post("/v1/models/endless/unload", "{}");
                assertEquals(409, unload.statusCode(), unload.body());
                assertTrue(unload.body().contains("at work for a request"), unload.body());
                HttpResponse<String> waits = ask("b", "");
                assertEquals(503, waits.statusCode(), waits.body());
                assertTrue(waits.body().contains("waits for room"), waits.body());
                assertEquals(new TreeSet<>(List.of(STANDING, "endless")), loaded());
                assertEquals(409, appliance.delete("/v1/catalogue/models/endless").statusCode());
                assertTrue(tokens.readNBytes(2000).length == 2000, "it goes on");
                client.shutdownNow();
            }
            assertTrue(TestAppliance.await(LIMIT, () -> ask("b", "").statusCode() == 200));
            assertEquals(new TreeSet<>(List.of(STANDING, "b")), loaded());
        }
    }

    private String tuning(String base, int epochs) throws Exception {
        String file = Batches.upload(appliance, "fine-tune",
                "{\"text\": \"The lamp of house 1 burns all night long.\"}\n".repeat(20));
        HttpResponse<String> job = appliance.post("/v1/fine_tuning/jobs", "{\"model\": \"" + base
                + "\", \"training_file\": \"" + file + "\", \"suffix\": \"lamp\", \"seed\": 3"
                + ", \"hyperparameters\": {\"n_epochs\": " + epochs + ", \"batch_tokens\": 128, \"lora_rank\": 4,"
                + " \"gate_loss_margin\": -1000, \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000}}");
        assertEquals(200, job.statusCode(), job.body());
        return "/v1/jobs/" + TestAppliance.json(job).path("id").asText();
    }

    @Test
    void shouldKeepTheBaseOfAJobUntilTheJobHasEnded() throws Exception {
        addThree();
        start(Map.of("models.loaded-max", "2", "models.load-wait", "500ms"));
        try (TestAppliance _ = appliance) {
            String job = tuning("a", 1000);
            assertTrue(TestAppliance.await(LIMIT, () -> get(job).at("/progress/done").asInt() > 0));
            text("a", ", \"keep_alive\": 0");
            HttpResponse<String> waits = ask("b", "");
            assertEquals(503, waits.statusCode(), waits.body());
            assertTrue(waits.body().contains("loaded-max"), waits.body());
            assertEquals("loaded", state("a"));
            text("a", ", \"keep_alive\": 0");
            HttpResponse<String> unload = appliance.post("/v1/models/a/unload", "{}");
            assertTrue(unload.statusCode() == 409 && unload.body().contains("at work for a job"), unload.body());
            assertEquals(200, appliance.post(job + "/cancel", "{}").statusCode());
            assertTrue(TestAppliance.await(LIMIT, () -> ask("b", "").statusCode() == 200));
            assertEquals("available", state("a"));
        }
    }

    @Test
    void shouldLoadTheBaseOfAnAdapterThatIsAskedFor() throws Exception {
        addThree();
        start(Map.of());
        try (TestAppliance _ = appliance) {
            String job = tuning("a", 2);
            assertTrue(TestAppliance.await(LIMIT, () -> get(job).path("finished_at").isNumber()));
            String adapter = get(job).at("/result/adapter").asText();
            assertTrue(adapter.startsWith("ft:a:lamp:"), get(job).toString());
            String answer = text(adapter, "");
            for (String name : List.of(adapter, "lamp")) {
                assertEquals(200, appliance.post("/v1/models/a/unload", "{}").statusCode());
                assertEquals("available", state(name));
                assertEquals(answer, text(name, ""));
                assertEquals("loaded", state("a"));
            }
            assertEquals(200, appliance.delete("/v1/models/" + adapter).statusCode());
            assertEquals(404, ask(adapter, "").statusCode());
        }
    }
}
