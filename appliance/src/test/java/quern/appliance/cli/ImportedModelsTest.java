package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.TestAppliance;
import quern.appliance.TestEncoder;
import quern.inference.EmbeddedModel;

/** The catalogue of models as it is used: from the command line, alone and beside a server. */
class ImportedModelsTest {

    @TempDir
    private Path scratch;
    private Path data;
    private Path source;

    @BeforeEach
    void unpack() throws Exception {
        data = Files.createDirectory(scratch.resolve("data"));
        source = Files.move(EmbeddedModel.unpack(scratch.resolve("from")), scratch.resolve("from/tiny.gguf"));
    }

    private FakeServer.Outcome run(String... arguments) {
        var line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        return FakeServer.runAlone(line.toArray(String[]::new));
    }

    private JsonNode json(String... arguments) throws Exception {
        var line = new ArrayList<>(List.of(arguments));
        line.add("--json");
        var outcome = run(line.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return ApiClient.JSON.readTree(outcome.out());
    }

    private TestAppliance serve(Path model) throws Exception {
        TestAppliance server = TestAppliance.startWithModel(data, model, Map.of());
        server.appliance().whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
        return server;
    }

    @Test
    void shouldImportListShowVerifyAndRemoveWhenNoServerRuns() throws Exception {
        assertEquals(0, json("ls", "models").path("data").size());
        assertFalse(Files.exists(data.resolve("catalogue")), "looking makes nothing");
        JsonNode imported = json("import", source.toString());
        assertEquals("tiny", imported.path("name").asText());
        assertEquals("tiny", json("ls", "models").at("/data/0/name").asText());
        assertEquals(imported, json("show", "tiny"));
        JsonNode verified = json("verify");
        assertTrue(verified.path("ok").asBoolean() && verified.at("/models/0/ok").asBoolean(), verified.toString());
        assertEquals(4, run("import", source.toString()).exitCode());
        assertEquals(2, run("import", source + "x").exitCode());
        assertEquals(3, run("verify", "absent").exitCode());
        assertTrue(json("rm", "tiny").path("deleted").asBoolean());
        assertEquals(0, json("ls", "models").path("data").size());
        assertFalse(Files.exists(Path.of(imported.path("path").asText())));
    }

    @Test
    void shouldImportAnEncoderAndServeItBesideAModel() throws Exception {
        Path encoder = TestEncoder.write(scratch.resolve("tiny-bert.gguf"));
        Path kept = Path.of(json("import", encoder.toString(), "--name", "bert").path("path").asText());
        try (TestAppliance server = TestAppliance.startWithModel(
                data, source, Map.of("engine.embedding-model", kept.toString()))) {
            server.appliance().whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertTrue(json("show", "bert").path("served").asBoolean());
            assertEquals(4, run("rm", "bert").exitCode());
        }
        assertTrue(json("verify", "bert").path("ok").asBoolean());
        assertEquals(1, run("doctor", "--model", "bert").exitCode());
    }

    @Test
    void shouldReportWhenAByteOfAnImportChanges() throws Exception {
        Path kept = Path.of(json("import", source.toString(), "--name", "one").path("path").asText());
        json("import", source.toString(), "--name", "two", "--link");
        byte[] bytes = Files.readAllBytes(kept);
        bytes[bytes.length - 1] ^= 1;
        Files.write(kept, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        var outcome = run("verify", "--json");
        assertEquals(1, outcome.exitCode());
        JsonNode models = ApiClient.JSON.readTree(outcome.out()).path("models");
        assertFalse(models.get(0).path("ok").asBoolean());
        assertTrue(models.get(0).path("problem").asText().contains("not those"), models.toString());
        assertTrue(models.get(1).path("ok").asBoolean());
        Files.delete(source);
        assertEquals(1, run("verify", "two").exitCode());
        try (TestAppliance server = TestAppliance.startWithModel(data, kept, Map.of())) {
            var failure = org.junit.jupiter.api.Assertions.assertThrows(java.util.concurrent.ExecutionException.class,
                    () -> server.appliance().whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS));
            assertTrue(failure.getMessage().contains("changed since it was imported"), failure.getMessage());
        }
    }

    @Test
    void shouldWorkBesideAServerAndRefuseToRemoveWhatItServes() throws Exception {
        Path kept = Path.of(json("import", source.toString()).path("path").asText());
        try (TestAppliance server = serve(kept)) {
            assertEquals("tiny", TestAppliance.json(server.get("/health")).path("model").asText());
            assertTrue(json("show", "tiny").path("served").asBoolean());
            assertEquals("second", json("import", source.toString(), "--name", "second").path("name").asText());
            assertEquals(2, json("ls", "models").path("data").size());
            assertEquals(4, run("import", source.toString(), "--name", "second").exitCode());
            assertEquals(4, run("rm", "tiny").exitCode());
            assertTrue(Files.exists(kept));
            assertTrue(json("rm", "second").path("deleted").asBoolean());
            assertTrue(json("verify").path("ok").asBoolean());
            assertEquals(409, server.delete("/v1/catalogue/models/tiny").statusCode());
        }
        assertEquals("tiny", json("ls", "models").at("/data/0/name").asText());
    }

    @Test
    void shouldShowPathsToAdministratorsOnlyAndTakeNoHostileNames() throws Exception {
        json("import", source.toString());
        try (TestAppliance server = serve(source)) {
            String key = TestAppliance.json(server.post("/v1/keys", "{\"name\": \"app\"}")).path("key").asText();
            assertTrue(server.get("/v1/catalogue/models").body().contains("\"path\""));
            HttpRequest.Builder asUser = HttpRequest.newBuilder(server.request("/v1/catalogue/models").build().uri())
                    .header("Authorization", "Bearer " + key);
            String list = server.send(asUser.copy().GET().build()).body();
            assertTrue(list.contains("tiny") && !list.contains("\"path\"") && !list.contains(data.toString()), list);
            assertEquals(403, server.send(asUser.copy().header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}")).build()).statusCode());
            for (String name : List.of("..%2f..%2fadmin.key", "%2fetc%2fpasswd", "a%00b", "%252e%252e%252fx",
                    "%e2%88%95etc", "..", "%2e%2e")) {
                for (String method : List.of("GET", "DELETE")) {
                    int status = server.send(server.request("/v1/catalogue/models/" + name)
                            .method(method, HttpRequest.BodyPublishers.noBody()).build()).statusCode();
                    assertTrue(status == 400 || status == 404 || status == 405, method + " " + name + ": " + status);
                }
            }
            for (String body : List.of("{}", "[]", "{\"name\":\"x\"}",
                    "{\"name\":\"../x\",\"path\":\"/etc/passwd\",\"fingerprint\":\"" + "0".repeat(64)
                            + "\",\"files\":[{\"path\":\"/etc/passwd\",\"bytes\":1,\"modified_ns\":1,"
                            + "\"changed_ns\":1,\"inode\":1}]}",
                    "{\"name\":\"x\",\"path\":\"/etc/passwd\",\"fingerprint\":\"" + "0".repeat(64)
                            + "\",\"files\":[{\"path\":\"/etc/passwd\",\"bytes\":1,\"modified_ns\":1,"
                            + "\"changed_ns\":1,\"inode\":1}]}",
                    "{\"name\":\"x\",\"path\":\"a\\u0000b\",\"fingerprint\":\"0\",\"files\":[]}")) {
                assertEquals(400, server.post("/v1/catalogue/models", body).statusCode(), body);
            }
            assertTrue(Files.exists(data.resolve("admin.key")));
            assertEquals(1, json("ls", "models").path("data").size());
        }
    }

    @Test
    void shouldSayWhetherAModelFitsWhenTheDoctorIsAsked() throws Exception {
        json("import", source.toString());
        JsonNode fit = json("doctor", "--model", "tiny");
        assertTrue(fit.path("fits").asBoolean(), fit.toString());
        assertTrue(fit.at("/speed/decode_tokens_per_second").asDouble() > 1, fit.toString());
        assertTrue(fit.at("/speed/prefill_tokens_per_second").asDouble() > 1, fit.toString());
        assertEquals(fit.at("/model/context_tokens_trained"), fit.at("/context/tokens_max"));
        var small = run("doctor", "--model", "tiny", "--json", "--set", "kv.hot=1MiB", "--set", "kv.block-tokens=1024");
        JsonNode refused = ApiClient.JSON.readTree(small.out());
        if (refused.path("fits").asBoolean()) {
            assertTrue(refused.at("/context/tokens_max").asInt() < fit.at("/context/tokens_max").asInt());
        } else {
            assertEquals(1, small.exitCode());
            assertTrue(refused.at("/reasons/0").asText().contains("kv.hot"), refused.toString());
        }
        var none = run("doctor", "--model", "tiny", "--json", "--set", "weights.memory=576MiB");
        String reason = ApiClient.JSON.readTree(none.out()).at("/reasons/0").asText();
        assertTrue(reason.contains("weights.memory"), none.out());
        assertEquals(1, none.exitCode());
        Path notes = Files.writeString(scratch.resolve("notes.gguf"), "these are notes");
        var foreign = run("doctor", "--model", notes.toString());
        assertEquals(1, foreign.exitCode());
        assertTrue(foreign.out().contains("does not run here"), foreign.out());
    }
}
