package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a curation job's dataset over HTTP. */
class DatasetReportTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void shouldAnswerFiguresOrPageToWhoMaySeeTheDataset(@TempDir Path data) throws Exception {
        try (TestAppliance appliance = TestAppliance.start(data, Map.of())) {
            for (String text : new String[] {"short", "<i>rather</i> a long document about lamps"}) {
                appliance.send(appliance.request("/v1/documents?name=" + text.length() + ".txt")
                        .header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(text)).build());
            }
            JsonNode job = TestAppliance.json(appliance.post("/v1/curation/jobs",
                    "{\"recipe\": \"process:\\n  - text_length_filter: {min_len: 10}\\n\"}"));
            String at = "/v1/jobs/" + job.path("id").asText();
            assertTrue(TestAppliance.await(LIMIT, () -> ended(appliance, at).has("dataset_id")), "no dataset");
            String id = ended(appliance, at).path("dataset_id").asText();

            HttpResponse<String> figures = appliance.get("/v1/datasets/" + id + "/report");
            assertEquals(200, figures.statusCode(), figures.body());
            JsonNode report = TestAppliance.json(figures);
            assertEquals(2, report.path("read").asInt());
            assertEquals(1, report.at("/dropped/text_length_filter/text_len too low").asInt());
            HttpResponse<String> page = appliance.send(appliance.request("/v1/datasets/" + id + "/report")
                    .header("Accept", "text/html,application/xhtml+xml").GET().build());
            assertTrue(page.headers().firstValue("Content-Type").orElse("").startsWith("text/html"));
            assertTrue(page.body().contains("&lt;i&gt;rather&lt;/i&gt;") && !page.body().contains("<i>rather"));

            String other = TestAppliance.json(appliance.post("/v1/keys", "{\"name\": \"other\"}")).path("key").asText();
            HttpResponse<String> hidden = appliance.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                    + appliance.port() + "/v1/datasets/" + id + "/report")).header("Authorization", "Bearer " + other)
                    .GET().build());
            assertEquals(404, hidden.statusCode(), hidden.body());
            assertFalse(hidden.body().contains("lamps"));
            assertEquals(404, appliance.get("/v1/datasets/ds-none/report").statusCode());
        }
    }

    private static JsonNode ended(TestAppliance appliance, String job) {
        try {
            return TestAppliance.json(appliance.get(job)).path("result");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
