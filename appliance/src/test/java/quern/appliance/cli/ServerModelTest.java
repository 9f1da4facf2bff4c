package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.TestAppliance;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.CurationConfig;
import quern.curation.GenerationException;
import quern.curation.RunException;
import quern.curation.TextGenerator.Message;
import quern.curation.TextGenerator.Request;
import quern.curation.TextGenerator.Sampling;

/** Recipes over local files whose operators ask the model of a live server. */
class ServerModelTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Request LONG = new Request(
            List.of(Message.user("Tell me a story.")), Sampling.UNSET.withTokensMax(1_000_000), Optional.empty());
    private static final String RECIPE = """
            dataset_path: %s
            keep_stats_in_res_ds: true
            process:
              - text_chunk_mapper: {max_len: 40, overlap_len: 3, tokenizer: gpt-4o}
              - llm_perplexity_filter: {max_score: 1e9, hf_model: Qwen/Qwen2.5-0.5B}
              - perplexity_filter: {max_ppl: 1e9}
              - token_num_filter: {min_num: 14}
              - text_embd_similarity_filter: {min_score: -1, valid_dataset: [{text: A fox in a den.}]}
              - llm_analysis_filter: {try_num: 2, min_score: 0, sampling_params: {max_tokens: 40}}
              - sentence_augmentation_mapper:
                  task_sentence: Go on.
                  text_key_second: more
                  max_new_tokens: 8
                  sampling_params: {temperature: 1, top_p: 0.9, stop: [a, b, c, d, e, f]}
            """;

    @TempDir
    private Path directory;

    private static CurationConfig config(String... keysAndValues) {
        ConfigSources sources = ConfigSources.none();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            sources = sources.with("curation." + keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigLoader.load(sources).config().curation();
    }

    private static ServerModel model(int port, String key, CurationConfig config, Duration silenceMax) {
        return new ServerModel(new ApiClient(URI.create("http://127.0.0.1:" + port), key, null), "served", config,
                silenceMax);
    }

    private FakeServer.Outcome curate(Path data, String result, String... more) throws IOException {
        Path corpus = directory.resolve("corpus.jsonl");
        if (!Files.exists(corpus)) {
            List<String> rows = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                rows.add("{\"text\": \"Once upon a time there was fox number " + i + (i % 3 == 0 ? "." : ", é中.")
                        + "\"}");
            }
            rows.add("{\"text\": \"half \\ud800 a character, and some more words behind it\"}");
            rows.add("{\"text\": \"short\"}");
            Files.write(corpus, rows);
        }
        Path recipe = Files.writeString(directory.resolve("r.yaml"), RECIPE.formatted(corpus));
        List<String> arguments = new ArrayList<>(List.of("curate", recipe.toString(), "--export_path",
                directory.resolve(result).toString(), "--data", data.toString(), "--json"));
        arguments.addAll(List.of(more));
        return FakeServer.runAlone(arguments.toArray(String[]::new));
    }

    @Test
    void shouldMakeTheSameBytesWhenAServerIsAskedAsWhenTheModelIsInThisProcess() throws Exception {
        Path data = directory.resolve("data");
        try (TestAppliance appliance = TestAppliance.start(data, Map.of())) {
            var live = curate(data, "live/r.jsonl");
            assertEquals(0, live.exitCode(), live.err());
            assertTrue(appliance.appliance().engineStats().orElseThrow().promptTokens() > 100, "the server was asked");
            var refused = curate(data, "other/r.jsonl", "--model", "another");
            assertEquals(2, refused.exitCode());
            assertTrue(refused.err().contains("a server with the model stories260K has the data directory"),
                    refused.err());
        }
        var own = curate(directory.resolve("own"), "own/r.jsonl", "--model", TestAppliance.storiesModel().toString(),
                "--set", "engine.product=f32");
        assertEquals(0, own.exitCode(), own.err());
        assertEquals(9, ApiClient.JSON.readTree(own.out()).path("kept").asInt(), own.out());
        for (String file : List.of("r.jsonl", "r_stats.jsonl", "r_lineage.jsonl", "rejected.jsonl")) {
            assertArrayEquals(Files.readAllBytes(directory.resolve("own").resolve(file)),
                    Files.readAllBytes(directory.resolve("live").resolve(file)), file);
        }
    }

    @Test
    void shouldSayWhichModelsThereAreWhenARecipeNamesAnother() throws Exception {
        Path data = directory.resolve("data");
        Path corpus = Files.writeString(directory.resolve("one.jsonl"), "{\"text\": \"Once upon a time.\"}\n");
        Path recipe = directory.resolve("named.yaml");
        try (TestAppliance _ = TestAppliance.start(data, Map.of())) {
            for (String name : List.of("stories260K", "nobody")) {
                Files.writeString(recipe, "dataset_path: " + corpus
                        + "\nprocess:\n  - llm_perplexity_filter: {max_score: 1e9, model: " + name + "}\n");
                var outcome = FakeServer.runAlone("curate", recipe.toString(), "--export_path",
                        directory.resolve(name + ".jsonl").toString(), "--data", data.toString());
                assertEquals(name.equals("nobody"), outcome.exitCode() != 0, outcome.err());
                assertEquals(name.equals("nobody"), outcome.err().contains(
                        "model is 'nobody', which is not here; there is stories260K"), outcome.err());
            }
        }
    }

    @Test
    void shouldLetGoOfTheEngineAndSayNoToOneMoreWhenQuestionsAreMany() throws Exception {
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of(
                "engine.queue-max", "1"))) {
            ServerModel model = model(appliance.port(), appliance.adminKey(), config(), LIMIT);
            var answer = CompletableFuture.supplyAsync(() -> model.generate(LONG));
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() > 0), "nothing was asked");
            HttpResponse<String> crowded = appliance.post("/v1/curation/perplexity", "{\"text\": \"Once upon\"}");
            assertEquals(429, crowded.statusCode(), crowded.body());
            assertEquals("1", crowded.headers().firstValue("Retry-After").orElse(""));
            model.close();
            var ended = assertThrows(CompletionException.class, answer::join);
            assertEquals(RunException.class, ended.getCause().getClass());
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() == 0), "the engine goes on");
            assertTrue(TestAppliance.await(LIMIT, () -> status(appliance) == 200), "no room again");
        }
    }

    private static int status(TestAppliance appliance) {
        try {
            return appliance.post("/v1/curation/perplexity", "{\"text\": \"Once upon\"}").statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldTellWhatIsWrongWithOneQuestionFromWhatEndsTheRunWhenTheServerSaysNo() throws Exception {
        try (TestAppliance appliance = TestAppliance.startEndless(directory.resolve("data"), Map.of())) {
            try (ServerModel hasty = model(appliance.port(), appliance.adminKey(),
                    config("generation-timeout", "2s"), LIMIT)) {
                var late = assertThrows(GenerationException.class, () -> hasty.generate(LONG));
                assertEquals(GenerationException.Kind.TIMEOUT, late.kind());
            }
            try (ServerModel model = model(appliance.port(), appliance.adminKey(), config(), LIMIT)) {
                var wrong = assertThrows(GenerationException.class, () -> model.generate(new Request(LONG.messages(),
                        Sampling.UNSET.withTemperature(-1), Optional.empty())));
                assertEquals(GenerationException.Kind.REFUSED, wrong.kind());
            }
            try (ServerModel stranger = model(appliance.port(), "qk-wrong", config(), LIMIT)) {
                String message = assertThrows(RunException.class, () -> stranger.pieces("a text")).getMessage();
                assertTrue(message.contains("(401)") && message.contains("unknown or revoked"), message);
            }
            HttpResponse<String> field = appliance.post("/v1/curation/pieces", "{\"text\": \"a\", \"tokenizer\": 1}");
            assertEquals(400, field.statusCode());
            assertTrue(field.body().contains("'tokenizer' is not supported"), field.body());
        }
    }

    @Test
    void shouldAskAgainAfterTheTimeTheServerNamesWhenItHasNoRoomAndStopWhenItIsGone() throws IOException {
        var asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            boolean busy = asked.getAndIncrement() < 2;
            byte[] body = (busy ? "{\"error\": {\"message\": \"full\"}}" : "{\"text\": \"yes\", \"complete\": true}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Retry-After", "1");
            exchange.sendResponseHeaders(busy ? asked.get() == 1 ? 429 : 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (ServerModel model = model(server.getAddress().getPort(), "", config(), Duration.ofMillis(500))) {
            long from = System.nanoTime();
            assertEquals("yes", model.generate(LONG).text());
            assertEquals(3, asked.get());
            assertTrue(System.nanoTime() - from >= Duration.ofSeconds(2).toNanos(), "it did not wait");
            server.stop(0);
            String gone = assertThrows(RunException.class, () -> model.perplexity("a text")).getMessage();
            assertTrue(gone.contains("does not answer") && gone.contains("goes on from its last checkpoint"), gone);
        } finally {
            server.stop(0);
        }
    }
}
