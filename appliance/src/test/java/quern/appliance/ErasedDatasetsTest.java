package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an erasure does to datasets: what was a duplicate of the erased comes back, what only read it is found. */
class ErasedDatasetsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String SECRET = "The password of the vault is always zyxopensesame, whoever asks for it.";
    private static final String PROCESS = "process:\\n  - text_length_filter: {min_len: 20}\\n"
            + "  - document_deduplicator: {%s}\\n";
    private static final String NEAR = "  - document_minhash_deduplicator: {window_size: 2, jaccard_threshold: 0.5}\\n";

    @TempDir
    Path data;

    private TestAppliance appliance;

    @Test
    void shouldBringBackWhatWasADuplicateOfTheErasedDocument() throws Exception {
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            ingest("lamp.txt", "A lamp stands in the window of the old house, and it burns all night long.");
            String secret = ingest("secret.txt", SECRET + "\n");
            String twin = ingest("twin.txt", SECRET);
            String near = ingest("near.txt", SECRET + " Yes.");
            String shortOne = ingest("short.txt", "too short");
            String first = curate(PROCESS.formatted("") + NEAR, "");
            assertEquals(List.of(secret), documents(first, "zyxopensesame"));
            String other = ingest("other.txt", "  " + SECRET);
            String second = curate(PROCESS.formatted("against: " + first), ", \"documents\": [\"" + other + "\"]");
            assertEquals(List.of(), documents(second, ""));

            JsonNode impact = get("/v1/documents/" + shortOne + "/impact");
            assertEquals(first, impact.at("/datasets_read/0/id").asText(), impact.toString());
            assertEquals(0, impact.path("datasets").size());
            assertEquals(1, get("/v1/documents/" + secret + "/impact").path("datasets").size());
            assertEquals(0, get("/v1/documents/" + secret + "/impact").path("datasets_read").size());

            JsonNode proof = erase(secret);
            JsonNode changed = get("/v1/datasets/" + first);
            String next = changed.path("id").asText();
            assertFalse(next.equals(first), changed.toString());
            assertEquals(List.of(twin), documents(next, "zyxopensesame"), "the first of the duplicates left");
            assertFalse(lines(next, "rejected.jsonl").toString().contains(secret), "the log names it");
            assertTrue(lines(next, "duplicates.jsonl").toString().contains(near + "@"), "of the twin now");
            String against = get("/v1/datasets/" + second).path("id").asText();
            assertEquals(List.of(), documents(against, ""), "it is a duplicate of the twin now");
            assertTrue(lines(against, "duplicates.jsonl").toString().contains("\"duplicate_of\":\"" + twin + "@"));
            for (JsonNode each : proof.at("/proof/datasets")) {
                assertEquals(each.path("id").asText().equals(first) ? 1 : 0, each.path("re_entered").asLong());
                assertEquals(0, each.path("not_re_entered").asLong(), each.toString());
            }

            erase(twin);
            next = get("/v1/datasets/" + first).path("id").asText();
            assertEquals(List.of(near), documents(next, "zyxopensesame"));
            against = get("/v1/datasets/" + second).path("id").asText();
            assertEquals(List.of(other), documents(against, ""), "nothing it was a duplicate of is left");
            erase(shortOne);
            next = get("/v1/datasets/" + first).path("id").asText();
            assertFalse(lines(next, "rejected.jsonl").toString().contains(shortOne));
            assertEquals(3, tombstones(next), "one for each erasure");
        }
    }

    private JsonNode erase(String document) throws Exception {
        HttpResponse<String> reply = appliance.delete("/v1/documents/" + document + "?erase=true");
        assertEquals(202, reply.statusCode(), reply.body());
        assertTrue(TestAppliance.await(LIMIT, () -> look("/v1/erasures/" + document).path("status").asText()
                .equals("done")), document);
        return get("/v1/erasures/" + document);
    }

    private String curate(String recipe, String more) throws Exception {
        HttpResponse<String> reply = appliance.post("/v1/curation/jobs",
                "{\"recipe\": \"" + recipe + "\"" + more + "}");
        assertEquals(200, reply.statusCode(), reply.body());
        String at = "/v1/jobs/" + TestAppliance.json(reply).path("id").asText();
        assertTrue(TestAppliance.await(LIMIT, () -> look(at).path("finished_at").isNumber()), "no end: " + at);
        assertEquals("succeeded", look(at).path("status").asText(), look(at).toString());
        return look(at).at("/result/dataset_id").asText();
    }

    /** Documents of a dataset's samples that have a text in them. */
    private List<String> documents(String dataset, String text) throws Exception {
        List<String> documents = new ArrayList<>();
        for (String line : lines(dataset, "shard-")) {
            if (line.contains(text)) {
                documents.add(JSON.readTree(line).at("/__quern__/document").asText());
            }
        }
        return documents;
    }

    private List<String> lines(String dataset, String name) throws Exception {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(TestAppliance.opened(data).resolve("datasets").resolve(dataset))) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith(name)).sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private int tombstones(String dataset) throws Exception {
        return JSON.readTree(String.join("\n", lines(dataset, "manifest.json"))).path("tombstones").size();
    }

    private String ingest(String name, String text) throws Exception {
        return TestAppliance.json(appliance.send(appliance.request("/v1/documents?name=" + name)
                .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(text)).build()))
                .path("id").asText();
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> reply = appliance.get(path);
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private JsonNode look(String path) {
        try {
            return TestAppliance.json(appliance.get(path));
        } catch (Exception unreachable) {
            throw new IllegalStateException(unreachable);
        }
    }
}
