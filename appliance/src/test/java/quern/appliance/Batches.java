package quern.appliance;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Batches as a client submits them. */
public final class Batches {

    private Batches() {}

    /** @return the batch's id */
    static String submit(TestAppliance appliance, String endpoint, String lines) throws Exception {
        HttpResponse<String> batch = appliance.post("/v1/batches", "{\"input_file_id\":\""
                + upload(appliance, "batch", lines) + "\",\"endpoint\":\"" + endpoint
                + "\",\"completion_window\":\"24h\"}");
        return TestAppliance.json(batch).path("id").asText();
    }

    /** @return the file's id */
    public static String upload(TestAppliance appliance, String purpose, String lines) throws Exception {
        String boundary = "lines";
        String form = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose
                + "\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n"
                + "Content-Type: application/jsonl\r\n\r\n" + lines + "\r\n--" + boundary + "--\r\n";
        HttpResponse<String> file = appliance.send(appliance.request("/v1/files")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofString(form)).build());
        return TestAppliance.json(file).path("id").asText();
    }

    /** @return the batch when it is done, whatever came of it */
    static JsonNode ended(TestAppliance appliance, String id) throws Exception {
        JsonNode[] batch = new JsonNode[1];
        TestAppliance.await(Duration.ofSeconds(60), () -> {
            try {
                batch[0] = TestAppliance.json(appliance.get("/v1/batches/" + id));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return List.of("completed", "failed", "cancelled").contains(batch[0].path("status").asText());
        });
        return batch[0];
    }

    /** @return the text of the output file */
    static String output(TestAppliance appliance, String id) throws Exception {
        return appliance.get("/v1/files/" + ended(appliance, id).path("output_file_id").asText() + "/content").body();
    }
}
