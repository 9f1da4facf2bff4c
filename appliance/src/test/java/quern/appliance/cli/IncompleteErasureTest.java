package quern.appliance.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.appliance.TestAppliance;

/** Text of an erased document that lies where nothing led to: the erasure is not called done. */
class IncompleteErasureTest {

    private static final String SECRET = "The password of the vault is always zyxopensesame, whoever asks for it.";
    private static final String OTHER = "Nobody but the keeper knows that the pond of Wexbury is seven fathoms deep.";

    @TempDir
    private Path data;

    private TestAppliance appliance;

    private String ingest(String name, String text) throws Exception {
        return TestAppliance.json(appliance.send(appliance.request("/v1/documents?name=" + name)
                .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(text)).build()))
                .path("id").asText();
    }

    private JsonNode get(int status, String path) throws Exception {
        HttpResponse<String> reply = appliance.get(path);
        assertEquals(status, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private FakeServer.Outcome erase(String id, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "documents", "rm", id, "--erase", "--data", data.toString()));
        arguments.addAll(List.of(more));
        return FakeServer.runAlone(arguments.toArray(String[]::new));
    }

    @Test
    void shouldBeIncompleteUntilWhatIsLeftIsGone() throws Exception {
        String id;
        Path copy = data.resolve("by-hand/copy.txt");
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            id = ingest("secret.txt", SECRET);
            Files.createDirectories(copy.getParent());
            Files.writeString(copy, "Somebody noted: " + SECRET);
            FakeServer.Outcome outcome = erase(id);
            assertEquals(1, outcome.exitCode(), outcome.out() + outcome.err());
            assertTrue(outcome.out().contains("incomplete: " + id), outcome.out());
            assertTrue(outcome.out().contains("still found in by-hand/copy.txt"), outcome.out());
            assertTrue(outcome.err().contains("--accept-remaining"), outcome.err());
            assertIncomplete(id);
        }
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            assertIncomplete(id);
            assertEquals(1, erase(id, "--json").exitCode(), "it is still there");
            Files.delete(copy);
            FakeServer.Outcome outcome = erase(id);
            assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
            assertTrue(outcome.out().contains("erased: " + id) && outcome.out().contains("none left"), outcome.out());
            JsonNode erasure = get(200, "/v1/erasures/" + id);
            assertEquals("done", erasure.path("status").asText());
            assertTrue(erasure.at("/proof/complete").asBoolean() && erasure.path("proof_sound").asBoolean(),
                    erasure::toString);
            assertEquals(0, erasure.at("/proof/remaining").size());
            get(404, "/v1/documents/" + id);
            assertEquals(0, get(200, "/health").path("warnings").size());
        }
    }

    private void assertIncomplete(String id) throws Exception {
        JsonNode erasure = get(200, "/v1/erasures/" + id);
        assertEquals("incomplete", erasure.path("status").asText(), erasure::toString);
        assertFalse(erasure.at("/proof/complete").asBoolean(true));
        assertEquals("by-hand/copy.txt", erasure.at("/proof/remaining/0/id").asText());
        assertTrue(erasure.path("proof_sound").asBoolean());
        assertTrue(get(200, "/v1/documents/" + id).path("quarantined").asBoolean(), "it stays withheld");
        assertEquals(409, appliance.post("/v1/documents/" + id + "/release", "{}").statusCode());
        String warnings = get(200, "/health").path("warnings").toString();
        assertTrue(warnings.contains("incomplete") && warnings.contains("by-hand/copy.txt"), warnings);
    }

    @Test
    void shouldEndAndSaySoWhenWhatIsLeftIsAccepted() throws Exception {
        try (TestAppliance started = TestAppliance.start(data, Map.of())) {
            appliance = started;
            String id = ingest("pond.txt", OTHER);
            Files.writeString(data.resolve("pond.txt"), OTHER);
            FakeServer.Outcome outcome = erase(id, "--accept-remaining");
            assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
            assertTrue(outcome.out().contains("was accepted"), outcome.out());
            JsonNode erasure = get(200, "/v1/erasures/" + id);
            assertEquals("done", erasure.path("status").asText());
            assertFalse(erasure.at("/proof/complete").asBoolean(true));
            assertTrue(erasure.at("/proof/remaining_accepted").asBoolean());
            assertEquals("pond.txt", erasure.at("/proof/remaining/0/id").asText());
            get(404, "/v1/documents/" + id);
        }
    }
}
