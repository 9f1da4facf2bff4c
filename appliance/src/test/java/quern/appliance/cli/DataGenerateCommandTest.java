package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.TestAppliance;

/** {@code quern data generate}, as it is typed. */
class DataGenerateCommandTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private static FakeServer finished(FakeServer server, int kept) {
        String job = """
                {"id": "job-1", "status": "%s", "progress": {"stage": "curating", "done": 3, "total": 9}, "result": {
                 "dataset_id": "ds-2", "report": {"kept": %d, "operators": [
                 {"operator": "generate_qa_from_text_mapper", "in": 9, "noted": {"pair kept": %d,
                  "pair rejected: no evidence": 5, "answer not used: cut off": 2}}]}}}""";
        return server.on("GET /v1/datasets/ds-1", 200, "{\"samples\": 30}")
                .on("POST /v1/curation/jobs", 200, job.formatted("queued", kept, kept))
                .on("GET /v1/jobs/job-1", 200, job.formatted("succeeded", kept, kept))
                .on("GET /v1/jobs/job-1/events", 200, "{\"data\": [], \"has_more\": false}");
    }

    @Test
    void shouldAskForTwoHundredPairsAndTellWhatBecameOfAllWhenNothingElseIsSaid() throws IOException {
        try (FakeServer server = finished(new FakeServer(directory), 11)) {
            var outcome = server.run("data", "generate", "--from", "ds-1", "--json");
            assertEquals(0, outcome.exitCode(), outcome.err());
            JsonNode summary = ApiClient.JSON.readTree(outcome.out());
            assertEquals(ApiClient.JSON.readTree("""
                    {"dataset": "ds-2", "job": "job-1", "asked": 200, "kept": 11, "with_evidence": 11, "passages": 9,
                     "rejected": {"no evidence": 5}, "answers_not_used": {"cut off": 2}}"""), summary);
            String recipe = server.requests().stream().filter(one -> one.contains("/v1/curation/jobs")).findFirst()
                    .orElseThrow();
            assertEquals(3, recipe.split("select_num: 200", -1).length, recipe);
            assertTrue(server.run("data", "generate", "--from", "ds-1").out().contains("rejected: no evidence"));
        }
    }

    @Test
    void shouldEndAsRefusedWhenNoPairWasKept() throws IOException {
        try (FakeServer server = finished(new FakeServer(directory), 0)) {
            var outcome = server.run("data", "generate", "--from", "ds-1");
            assertEquals(4, outcome.exitCode());
            assertTrue(outcome.err().contains("no pair was kept"), outcome.err());
            assertTrue(outcome.out().contains("answers not used: cut off"), outcome.out());
        }
    }

    @Test
    void shouldAskForNothingWhenTheDatasetIsEmptyOrUnknownOrNumbersAreWrong() throws IOException {
        try (FakeServer server = new FakeServer(directory).on("GET /v1/datasets/ds-0", 200, "{\"samples\": 0}")) {
            var empty = server.run("data", "generate", "--from", "ds-0");
            assertEquals(2, empty.exitCode());
            assertTrue(empty.err().contains("dataset ds-0 has no samples"), empty.err());
            assertEquals(3, server.run("data", "generate", "--from", "ds-none").exitCode());
            var none = server.run("data", "generate", "--from", "ds-0", "--pairs", "0");
            assertEquals(2, none.exitCode());
            assertTrue(none.err().contains("--pairs is 0, expected 1 to"), none.err());
            assertFalse(server.requests().stream().anyMatch(one -> one.startsWith("POST")), "it began");
        }
    }

    @Test
    void shouldSayThatItWasCancelledAndLetGoOfTheModelWhenItsJobIs() throws Exception {
        Path data = directory.resolve("data");
        try (TestAppliance appliance = TestAppliance.startEndless(data, Map.of(
                "curation.generation-tokens", "1000000"))) {
            appliance.send(appliance.request("/v1/documents?name=a.txt").header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("Once upon a time there was a fox in a den, in a wood."))
                    .build());
            var recipe = ApiClient.JSON.createObjectNode().put("recipe", "process:\n  - text_length_filter:\n");
            String made = TestAppliance.json(appliance.post("/v1/curation/jobs", recipe.toString())).path("id")
                    .asText();
            assertTrue(TestAppliance.await(LIMIT, () -> job(appliance, made).hasNonNull("result")));
            String dataset = job(appliance, made).at("/result/dataset_id").asText();
            var outcome = CompletableFuture.supplyAsync(() -> FakeServer.runAlone(
                    "data", "generate", "--from", dataset, "--data", data.toString()));
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() > 0), "nothing was asked");
            String id = TestAppliance.json(appliance.get("/v1/jobs?limit=1")).at("/data/0/id").asText();
            assertTrue(List.of(200, 202).contains(appliance.post("/v1/jobs/" + id + "/cancel", "{}").statusCode()));
            FakeServer.Outcome ended = outcome.get(60, TimeUnit.SECONDS);
            assertEquals(1, ended.exitCode(), ended.err());
            assertTrue(ended.err().contains("job " + id + " cancelled"), ended.err());
            assertTrue(TestAppliance.await(LIMIT, () -> appliance.active() == 0), "the engine goes on");
        }
    }

    private static JsonNode job(TestAppliance appliance, String id) {
        try {
            return TestAppliance.json(appliance.get("/v1/jobs/" + id));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
