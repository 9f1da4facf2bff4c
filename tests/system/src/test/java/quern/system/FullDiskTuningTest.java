package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk gets full while a job trains: it makes all its steps, waits for room, and its adapter is served. */
class FullDiskTuningTest {

    private static final int DISK_MEBIBYTES = 160;
    /** Filled in no time. */
    private static final long ROOM_BYTES = 8 << 20;
    private static final Pattern TOKENS =
            Pattern.compile("(?m)^quern_engine_tuning_tokens_total(?:\\{.*})? ([0-9.E]+)$");
    private static final String[] SETTINGS = {"--set", "kv.hot=2MiB", "--set", "kv.warm=3MiB", "--set",
        "kv.cold=16MiB", "--set", "start.warm-up=0s", "--set", "tuning.checkpoint-steps=2"};

    @TempDir
    private Path directory;

    private static JsonNode look(ServerProcess server, String path) {
        try {
            return server.get(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was given up half written has left room. */
    private static void fill(SmallDisk disk) {
        try {
            disk.fill(0);
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("No space left"), e::toString);
        }
    }

    private static double tokens(ServerProcess server) {
        try {
            HttpResponse<String> metrics = server.send(server.authorized("/metrics").build());
            Matcher matcher = TOKENS.matcher(metrics.body());
            return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps the disk full until the job takes no more tokens: its steps and its gate are done. */
    private static void awaitRest(ServerProcess server, SmallDisk disk) {
        double[] seen = {-1};
        long[] sinceNanos = {System.nanoTime()};
        ServerProcess.await("the last step", () -> {
            fill(disk);
            double now = tokens(server);
            if (now != seen[0]) {
                seen[0] = now;
                sinceNanos[0] = System.nanoTime();
            }
            return System.nanoTime() - sinceNanos[0] > TimeUnit.SECONDS.toNanos(3);
        });
    }

    private static String tune(ServerProcess server) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            lines.append("{\"messages\":[{\"role\":\"user\",\"content\":\"How bright is lamp ").append(i)
                    .append("?\"},{\"role\":\"assistant\",\"content\":\"Lamp ").append(i).append(" has ")
                    .append(i * 7).append(" watts.\"}]}\n");
        }
        String form = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"lamps.jsonl\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + lines + "\r\n--b--\r\n";
        String file = server.post("/v1/files", "multipart/form-data; boundary=b",
                form.getBytes(StandardCharsets.UTF_8)).path("id").asText();
        return server.post("/v1/fine_tuning/jobs", Map.of(
                "model", "quern-nano", "training_file", file, "seed", 5, "suffix", "lamps", "hyperparameters",
                Map.of("n_epochs", 40, "batch_tokens", 256, "gate_loss_margin", -1000, "gate_span_score_min", 0,
                        "gate_general_loss_max", 1000))).path("id").asText();
    }

    @Test
    void shouldTrainToItsEndAndServeTheAdapterWhenTheFullDiskHasRoomAgain() throws Exception {
        Path place = Files.createDirectories(directory.resolve("disk"));
        try (SmallDisk disk = SmallDisk.open(place, DISK_MEBIBYTES);
                ServerProcess server = ServerProcess.start(disk, SETTINGS)) {
            disk.fill(ROOM_BYTES);
            String at = "/v1/jobs/" + tune(server);
            ServerProcess.await("a checkpoint", () -> look(server, at).at("/progress/done").asInt() > 2);
            JsonNode before = look(server, at);
            assertEquals("running", before.path("status").asText(), before::toString);
            double tokens = tokens(server);
            awaitRest(server, disk);
            assertTrue(tokens(server) > tokens, "it stood still");
            assertEquals("running", look(server, at).path("status").asText());
            disk.makeRoom();
            ServerProcess.await("the end", () -> look(server, at).path("finished_at").isNumber());
            JsonNode end = look(server, at);
            assertEquals("succeeded", end.path("status").asText(), end::toString);
            assertEquals(1, end.path("attempts").asInt());
            assertEquals(1, server.post("/v1/completions",
                    Map.of("model", "lamps", "prompt", "Lamp", "max_tokens", 4)).path("choices").size());
        }
    }
}
