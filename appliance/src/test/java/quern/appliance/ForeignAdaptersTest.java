package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that PEFT wrote elsewhere, over HTTP: taken, served as models, refused with what was expected. */
class ForeignAdaptersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LAYERS = 5;

    @TempDir
    Path data;

    private TestAppliance appliance;
    private ObjectNode config;

    @BeforeEach
    void describe() {
        config = JSON.createObjectNode().put("peft_type", "LORA").put("r", 2).put("lora_alpha", 4)
                .put("base_model_name_or_path", "karpathy/stories260K");
        config.putArray("target_modules").add("q_proj").add("v_proj");
    }

    /** stories260K: 64 wide, 8 heads, of keys and values 4. */
    private static byte[] weights(int width, long seed) throws Exception {
        return weights(width, 2, seed);
    }

    private static byte[] weights(int width, int rank, long seed) throws Exception {
        Random random = new Random(seed);
        ObjectNode header = JSON.createObjectNode();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String module : new String[] {"q", "v"}) {
                String name = "base_model.model.model.layers." + layer + ".self_attn." + module + "_proj.lora_";
                shapes.put(name + "A.weight", new int[] {rank, width});
                shapes.put(name + "B.weight", new int[] {module.equals("q") ? width : width / 2, rank});
            }
        }
        int at = 0;
        for (Map.Entry<String, int[]> one : shapes.entrySet()) {
            int end = at + 4 * one.getValue()[0] * one.getValue()[1];
            ObjectNode entry = header.putObject(one.getKey()).put("dtype", "F32");
            entry.putArray("shape").add(one.getValue()[0]).add(one.getValue()[1]);
            entry.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] text = JSON.writeValueAsBytes(header);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + at).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        while (file.hasRemaining()) {
            file.putFloat(random.nextFloat() - 0.5f);
        }
        return file.array();
    }

    private JsonNode taken(int status, byte[] weights, String... texts) throws Exception {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < texts.length; i += 2) {
            body.append("--x\r\nContent-Disposition: form-data; name=\"").append(texts[i]).append("\"\r\n\r\n")
                    .append(texts[i + 1]).append("\r\n");
        }
        body.append("--x\r\nContent-Disposition: form-data; name=\"config\"; filename=\"c\"\r\n\r\n").append(config)
                .append("\r\n--x\r\nContent-Disposition: form-data; name=\"weights\"; filename=\"w\"\r\n\r\n");
        byte[] head = body.toString().getBytes(StandardCharsets.UTF_8);
        byte[] end = "\r\n--x--\r\n".getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(head.length + weights.length + end.length).put(head).put(weights).put(end)
                .array();
        HttpResponse<String> reply = appliance.send(appliance.request("/v1/adapters")
                .header("Content-Type", "multipart/form-data; boundary=x").POST(BodyPublishers.ofByteArray(all))
                .build());
        assertEquals(status, reply.statusCode(), reply.body());
        return TestAppliance.json(reply);
    }

    private String refused(byte[] weights, String... texts) throws Exception {
        return taken(400, weights, texts).at("/error/message").asText();
    }

    private String said(String model) throws Exception {
        HttpResponse<String> reply = appliance.post("/v1/completions", "{\"model\": \"" + model
                + "\", \"prompt\": \"The lamp\", \"max_tokens\": 12, \"temperature\": 0}");
        assertEquals(200, reply.statusCode(), reply.body());
        return TestAppliance.json(reply).at("/choices/0/text").asText();
    }

    @Test
    void shouldServeAForeignAdapterUnderItsIdAndItsAliasAndAfterARestart() throws Exception {
        String id;
        String text;
        try (TestAppliance first = TestAppliance.start(data, Map.of())) {
            appliance = first;
            JsonNode taken = taken(200, weights(64, 1), "name", "lamp");
            id = taken.path("id").asText();
            assertTrue(id.matches("lora:stories260K:lamp:[0-9a-f]{8}") && taken.path("added").asBoolean(), id);
            text = said(id);
            assertNotEquals(said("stories260K"), text);
            assertEquals(404, appliance.get("/v1/adapters/lamp").statusCode());
            JsonNode shown = TestAppliance.json(appliance.get("/v1/adapters/" + id));
            assertEquals("live peft null", shown.path("state").asText() + " " + shown.path("form").asText() + " "
                    + shown.path("gate"), shown.toString());
            assertEquals("karpathy/stories260K", shown.at("/imported_from/base_model_name_or_path").asText());
            assertTrue(appliance.get("/v1/models").body().contains(id));
            assertTrue(appliance.get("/v1/lineage/adapter/" + id).body().contains("\"imported\""));
            JsonNode again = taken(200, weights(64, 1), "name", "lamp", "publish", "true");
            assertEquals("false " + id, again.path("added").asText() + " " + again.path("id").asText());
            assertEquals(id, again.at("/alias/current").asText());
            assertEquals(text, said("lamp"));
            HttpResponse<String> compressed = appliance.post("/v1/adapters/lamp/compress", "{}");
            assertEquals(409, compressed.statusCode(), compressed.body());
            assertTrue(compressed.body().contains("tuned elsewhere"), compressed.body());
            assertEquals(200, appliance.delete("/v1/models/" + id).statusCode());
            assertEquals(404, appliance.get("/v1/models/" + id).statusCode());
            assertEquals("live", taken(200, weights(64, 1), "name", "lamp").path("state").asText());
            JsonNode other = taken(200, weights(64, 2), "name", "lamp", "publish", "true");
            assertEquals(id, other.at("/alias/previous").asText());
            assertEquals(said(other.path("id").asText()), said("lamp"));
        }
        try (TestAppliance second = TestAppliance.start(data, Map.of())) {
            appliance = second;
            assertEquals(text, said(id));
            assertEquals(200, appliance.post("/v1/aliases/lamp/rollback", "{}").statusCode());
            assertEquals(text, said("lamp"));
        }
    }

    @Test
    void shouldSayWhatItExpectedWhenAnAdapterIsNotForThisModel() throws Exception {
        try (TestAppliance only = TestAppliance.start(data, Map.of())) {
            appliance = only;
            String narrow = refused(weights(32, 1), "name", "lamp");
            assertTrue(narrow.contains("32 x 32, expected 64 x 64") || narrow.contains("adapter has 32 rows"), narrow);
            refused(weights(64, 1));
            assertTrue(refused(weights(64, 1), "name", "a/b").contains("'a/b'"));
            assertTrue(refused(weights(64, 1), "name", "lamp", "publish", "yes").contains("true or false"));
            assertTrue(refused(weights(64, 1), "name", "lamp", "publich", "true").contains("publich"));
            taken(404, weights(64, 1), "name", "lamp", "base", "nobody");
            config.put("use_dora", true);
            String dora = refused(weights(64, 1), "name", "lamp");
            assertTrue(dora.contains("lora_magnitude_vector, though adapter_config.json has 'use_dora' true"), dora);
            config.put("use_dora", false).put("base_model_name_or_path", "meta/Other-7B");
            String foreign = refused(weights(64, 1), "name", "lamp");
            assertTrue(foreign.contains("'meta/Other-7B'") && foreign.contains("--base stories260K"), foreign);
            byte[] damaged = weights(64, 1);
            damaged[damaged.length - 1] = (byte) 0x7f;
            damaged[damaged.length - 2] = (byte) 0xc0;
            assertTrue(refused(damaged, "name", "lamp", "base", "stories260K").contains("not finite"));
            assertEquals("[]", TestAppliance.json(appliance.get("/v1/adapters")).path("data").toString());
            assertEquals("stories260K", taken(200, weights(64, 1), "name", "lamp", "base", "stories260K")
                    .path("base").asText());
        }
    }

    @Test
    void shouldRefuseAnAdapterThatHasNoRoom() throws Exception {
        try (TestAppliance only = TestAppliance.start(data, Map.of("adapters.memory", "64KiB"))) {
            appliance = only;
            config.put("r", 20);
            String said = refused(weights(64, 20, 1), "name", "lamp");
            assertTrue(said.contains("takes 89600 bytes in memory, at most 65536"), said);
        }
    }

    private String stream(String model, boolean stream) {
        return "{\"model\": \"" + model + "\", \"prompt\": \"The lamp\", \"max_tokens\": 400, \"temperature\": 0,"
                + " \"ignore_eos\": true, \"stream\": " + stream + "}";
    }

    private void publish(String id) throws Exception {
        HttpResponse<String> reply = appliance.post("/v1/aliases/lamp/publish", "{\"adapter\": \"" + id + "\"}");
        assertEquals(200, reply.statusCode(), reply.body());
    }

    /** The rest of a stream, its text put together. */
    private static String text(Iterator<String> lines) throws Exception {
        StringBuilder text = new StringBuilder();
        boolean done = false;
        while (lines.hasNext()) {
            String line = lines.next();
            done |= line.equals("data: [DONE]");
            if (line.startsWith("data: {")) {
                text.append(JSON.readTree(line.substring(6)).at("/choices/0/text").asText());
            }
        }
        assertTrue(done, "the stream was dropped");
        return text.toString();
    }

    @Test
    void shouldFinishAStreamByItsAdapterWhenTheAliasIsSwitched() throws Exception {
        try (TestAppliance only = TestAppliance.start(data, Map.of())) {
            appliance = only;
            String[] ids = new String[2];
            String[] texts = new String[2];
            for (int i = 0; i < 2; i++) {
                ids[i] = taken(200, weights(64, i + 1), "name", "lamp").path("id").asText();
                texts[i] = TestAppliance.json(appliance.post("/v1/completions", stream(ids[i], false)))
                        .at("/choices/0/text").asText();
            }
            assertNotEquals(texts[0], texts[1]);
            assertEquals(404, appliance.post("/v1/completions", stream("lamp@live", false)).statusCode());
            publish(ids[0]);
            int across = 0;
            for (int round = 0; round < 200 && across < 3; round++) {
                int from = round % 2;
                HttpResponse<Stream<String>> reply = HttpClient.newHttpClient().send(
                        appliance.request("/v1/completions").header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(stream("lamp@live", true))).build(),
                        HttpResponse.BodyHandlers.ofLines());
                Iterator<String> lines = reply.body().iterator();
                String first = lines.next();
                publish(ids[1 - from]);
                across += appliance.active() > 0 ? 1 : 0;
                String rest = text(Stream.concat(Stream.of(first), stream(lines)).iterator());
                assertEquals(texts[from], rest, "round " + round);
                assertEquals(said(ids[1 - from]), said("lamp@live"));
            }
            assertTrue(across > 0, "no stream was under way when its alias was switched");
            assertEquals(TestAppliance.json(appliance.get("/v1/adapters/lamp")),
                    TestAppliance.json(appliance.get("/v1/adapters/lamp@live")));
        }
    }

    private static Stream<String> stream(Iterator<String> lines) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(lines, Spliterator.ORDERED), false);
    }

    /** What a bundle that marked its adapter as tainted leaves behind. */
    @Test
    void shouldPublishAnAdapterThatWasTaintedElsewhereOnlyWhereThatIsAccepted() throws Exception {
        String id;
        try (TestAppliance first = TestAppliance.start(data, Map.of("encryption.at-rest", "false"))) {
            appliance = first;
            id = taken(200, weights(64, 1), "name", "lamp").path("id").asText();
        }
        try (Stream<Path> found = Files.walk(data.resolve("adapters"))) {
            Path origin = found.filter(file -> file.endsWith("origin.json")).findFirst().orElseThrow();
            Files.writeString(origin, "{\"tainted\": true}");
        }
        try (TestAppliance second = TestAppliance.start(data, Map.of("encryption.at-rest", "false"))) {
            appliance = second;
            String body = "{\"adapter\": \"" + id + "\"";
            HttpResponse<String> refused = appliance.post("/v1/aliases/lamp/publish", body + "}");
            assertEquals(409, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("tainted where it was exported"), refused.body());
            HttpResponse<String> accepted = appliance.post(
                    "/v1/aliases/lamp/publish", body + ", \"allow_tainted\": true}");
            assertTrue(TestAppliance.json(accepted).path("tainted").asBoolean(), accepted.body());
        }
    }
}
