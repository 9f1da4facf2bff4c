package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters merged over HTTP: what comes out, what it was made of, and what a document's erasure does to it. */
class AdapterMergeTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String GATE =
            "\"gate_loss_margin\": -1000, \"gate_span_score_min\": 0, \"gate_general_loss_max\": 1000";

    @TempDir
    Path data;

    private TestAppliance appliance;

    private JsonNode post(int status, String path, String body) throws Exception {
        HttpResponse<String> reply = appliance.post(path, body);
        assertEquals(status, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> reply = appliance.get(path);
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private JsonNode ended(JsonNode job) throws Exception {
        String at = "/v1/jobs/" + job.path("id").asText();
        assertTrue(TestAppliance.await(LIMIT, () -> {
            try {
                return get(at).path("finished_at").isNumber();
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }), "no end: " + at);
        return get(at);
    }

    /** @return id of a document of this text */
    private String document(String name, String text) throws Exception {
        HttpResponse<String> reply = appliance.send(appliance.request("/v1/documents?name=" + name)
                .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(text)).build());
        return TestAppliance.json(reply).path("id").asText();
    }

    private String dataset(List<String> documents) throws Exception {
        StringBuilder ids = new StringBuilder();
        documents.forEach(id -> ids.append(ids.isEmpty() ? "" : ", ").append('"').append(id).append('"'));
        JsonNode end = ended(post(200, "/v1/curation/jobs", "{\"documents\": [" + ids + "], \"recipe\":"
                + " \"process: [{text_chunk_mapper: {max_len: 60, split_pattern: '\\\\n'}}]\"}"));
        assertEquals("succeeded", end.path("status").asText(), end.toString());
        return end.at("/result/dataset_id").asText();
    }

    private static String pages(String what) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append("The ").append(what).append(" of house ").append(i).append(" is old and green.\n");
        }
        return text.toString();
    }

    private String tuned(String suffix, int rank, String source) throws Exception {
        JsonNode end = ended(post(200, "/v1/fine_tuning/jobs", "{\"model\": \"stories260K\", \"training_file\": \""
                + source + "\", \"suffix\": \"" + suffix + "\", \"seed\": 1, \"hyperparameters\": {\"n_epochs\": 2,"
                + " \"batch_tokens\": 128, \"lora_rank\": " + rank + ", " + GATE + "}}"));
        assertEquals("succeeded", end.path("status").asText(), end.toString());
        return end.at("/result/adapter").asText();
    }

    private JsonNode merged(String fields) throws Exception {
        return ended(post(200, "/v1/adapters/merge",
                "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"both\", " + fields + GATE + "}"));
    }

    private int asked(String model) throws Exception {
        return appliance.post("/v1/completions", "{\"model\": \"" + model
                + "\", \"prompt\": \"The lamp\", \"max_tokens\": 4, \"temperature\": 0}").statusCode();
    }

    private JsonNode shown(String adapter) throws Exception {
        return get("/v1/adapters/" + adapter);
    }

    @Test
    void shouldServeTheSumOfTwoAndFollowItsParentsThroughQuarantineAndErasure() throws Exception {
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            String secret = document("lamps.txt", pages("lamp"));
            String lamp = tuned("lamp", 4, dataset(List.of(secret)));
            String door = tuned("door", 2, dataset(List.of(document("doors.txt", pages("door")))));
            JsonNode end = merged("\"weights\": [0.75, 0.25], ");
            assertEquals("succeeded", end.path("status").asText(), end.toString());
            JsonNode result = end.path("result");
            assertEquals(6, result.path("rank").asInt());
            assertEquals(0, result.path("lost_energy").asDouble());
            // About a tenth of each twenty was kept out of a tuning, and the other has never seen it.
            int heldOut = result.path("held_out_samples").asInt();
            assertTrue(heldOut >= 2 && heldOut <= 12, result.toString());
            assertEquals(40 - heldOut, result.path("learnt_samples").asInt(), result.toString());
            assertTrue(result.at("/gate/tuned_held_out_loss").asDouble()
                    < result.at("/gate/base_held_out_loss").asDouble(), result.toString());
            String both = result.path("adapter").asText();
            assertEquals(List.of(lamp, door).stream().sorted().toList(), shown("both").path("merged_from")
                    .valueStream().map(JsonNode::asText).sorted().toList());
            assertEquals(200, asked("both"));
            assertTrue(get("/v1/lineage/adapter/" + both).toString().contains(secret), "the document is an ancestor");
            assertSmaller(both);

            post(200, "/v1/documents/" + secret + "/quarantine", "{}");
            assertTrue(shown(both).path("tainted").asBoolean(), "by a parent's document");
            assertEquals("tainted", post(409, "/v1/adapters/merge",
                    "{\"adapters\": [\"" + lamp + "\", \"" + door + "\"], \"name\": \"again\"}")
                    .at("/error/code").asText());
            erase(secret);
            assertEquals("erased", shown(both).path("state").asText());
            assertEquals("erased", shown(lamp).path("state").asText());
            assertEquals("live", shown(door).path("state").asText());
            assertEquals(404, asked(both));
            assertFalse(Files.exists(data.resolve("adapters").resolve(both.replace(':', '-'))), "its files are gone");
        }
    }

    private void erase(String document) throws Exception {
        HttpResponse<String> reply = appliance.delete("/v1/documents/" + document + "?erase=true");
        assertTrue(reply.statusCode() < 300, reply.body());
        assertTrue(TestAppliance.await(LIMIT, () -> {
            try {
                return get("/v1/erasures/" + document).path("status").asText().equals("done");
            } catch (Exception unreachable) {
                throw new IllegalStateException(unreachable);
            }
        }), "no end of the erasure");
    }

    private void assertSmaller(String whole) throws Exception {
        JsonNode cut = merged("\"rank\": 3, \"dare\": 0.5, \"seed\": 7, ");
        assertEquals("succeeded", cut.path("status").asText(), cut.toString());
        double lost = cut.at("/result/lost_energy").asDouble();
        assertTrue(lost > 0 && lost < 1, cut.toString());
        String adapter = cut.at("/result/adapter").asText();
        assertEquals(3, get("/v1/adapters/" + adapter + "/files/adapter_config.json").path("r").asInt());
        assertEquals("retired", shown(whole).path("state").asText());
        JsonNode again = merged("\"rank\": 3, \"dare\": 0.5, \"seed\": 7, ");
        assertEquals(shown(adapter).path("fingerprint"), shown("both").path("fingerprint"), "the same seed");
        assertEquals(again.at("/result/adapter").asText(), shown("both").path("id").asText());
        assertTrue(post(409, "/v1/adapters/" + adapter + "/compress", "{}").toString().contains("or merged"));
    }

    @Test
    void shouldRefuseWhatCannotBeMergedAndSayWhy() throws Exception {
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            String file = Batches.upload(appliance, "fine-tune",
                    "{\"text\": \"The lamp of the house burns all night long.\"}\n".repeat(8));
            tuned("lamp", 2, file);
            tuned("door", 2, file);
            for (String body : List.of("{\"name\": \"x\"}", "{\"adapters\": [\"lamp\"], \"name\": \"x\"}",
                    "{\"adapters\": [\"lamp\", \"lamp\"], \"name\": \"x\"}", "{\"adapters\": [\"lamp\", \"door\"]}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x/y\"}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"weights\": [1]}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"weights\": [1, \"2\"]}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"dare\": 1}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"rank\": 0}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"data\": \"nothing\"}",
                    "{\"adapters\": [\"lamp\", \"door\"], \"name\": \"x\", \"wieghts\": [1, 1]}")) {
                post(400, "/v1/adapters/merge", body);
            }
            post(404, "/v1/adapters/merge", "{\"adapters\": [\"lamp\", \"nobody\"], \"name\": \"x\"}");
            // All eight samples are one text, which both have learnt.
            JsonNode learnt = merged("");
            assertEquals("failed", learnt.path("status").asText(), learnt.toString());
            assertTrue(learnt.path("error").asText().contains("have learnt all 8 samples"), learnt.toString());
        }
    }
}
