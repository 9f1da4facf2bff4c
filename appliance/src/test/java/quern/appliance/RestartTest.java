package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.kv.DirectoryInUse;

class RestartTest {

    @TempDir
    Path directory;

    @Test
    void shouldKnowTheSameKeysWhenStartedAgain() throws Exception {
        Path data = directory.resolve("data");
        String admin;
        String made;
        try (TestAppliance first = TestAppliance.start(data, Map.of())) {
            admin = first.adminKey();
            made = TestAppliance.json(first.post("/v1/keys", "{\"name\": \"app\"}")).path("key").textValue();
            assertTrue(Files.exists(data.resolve("server.json")));
            assertThrows(DirectoryInUse.class, () -> TestAppliance.startWithModel(
                    data, TestAppliance.storiesModel(), Map.of()));
        }
        assertFalse(Files.exists(data.resolve("server.json")));
        try (TestAppliance second = TestAppliance.start(data, Map.of())) {
            assertEquals(admin, second.adminKey());
            HttpRequest request = HttpRequest.newBuilder(second.request("/v1/models").build().uri())
                    .header("Authorization", "Bearer " + made).build();
            assertEquals(200, second.send(request).statusCode());
        }
    }

    @Test
    void shouldStayUpAndSayWhyWhenModelCannotBeLoaded() throws Exception {
        Path model = Files.writeString(directory.resolve("broken.gguf"), "GGUF and nothing else");
        try (TestAppliance appliance = TestAppliance.startWithModel(directory.resolve("data"), model, Map.of())) {
            assertThrows(ExecutionException.class, () ->
                    appliance.appliance().whenReady().toCompletableFuture().get(30, TimeUnit.SECONDS));
            var ready = appliance.get("/readyz");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("broken.gguf"), ready.body());
            assertEquals(200, appliance.get("/livez").statusCode());
            assertEquals(503, appliance.post("/v1/completions", "{\"model\": \"x\", \"prompt\": \"y\"}").statusCode());
        }
    }
}
