package quern.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.kernel.KvLayout;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.StepProfile;
import quern.inference.fit.WarmUp;
import quern.inference.format.ModelFiles;
import quern.kv.DataDirectory;

/**
 * How many prompt tokens a step takes beside running streams, and how long steps were measured to take: by the server
 * that runs, or here and now with the embedded model.
 */
final class StepReport {

    private static final double NANOS_PER_MS = 1e6;
    /** Longer than a server's: here nobody waits for a first answer. */
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    private StepReport() {}

    /** @param node gets the fields: of, target_ms, prompt_tokens_max, profile */
    static void add(ObjectNode node, Backend backend, ApplianceConfig config) throws IOException {
        Optional<Session> running = Session.running(config);
        if (running.isPresent()) {
            try (Session live = running.get()) {
                served(node, live.client());
            }
        } else if (config.engine().model().isPresent()) {
            node.put("of", "no running server; the model's steps are measured when it starts");
        } else {
            measured(node, backend, config);
        }
    }

    private static void served(ObjectNode node, ApiClient client) {
        try {
            JsonNode engine = client.get("/v1/engine");
            node.put("of", "the running server").put("target_ms", engine.path("step_target_ms").asLong());
            node.put("prompt_tokens_max", engine.path("prompt_step_tokens").asInt());
            ArrayNode profile = node.putArray("profile");
            for (JsonNode point : engine.path("step_profile")) {
                profile.add(line(point.path("rows").asInt(), point.path("ms").asDouble()));
            }
        } catch (QuernException refused) {
            node.put("of", "the running server, which does not say: " + refused.getMessage());
        }
    }

    private static void measured(ObjectNode node, Backend backend, ApplianceConfig config) throws IOException {
        Path scratch = Files.createTempDirectory("quern-doctor");
        try (LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(scratch)), backend.kernels(),
                config.engine().product())) {
            KvLayout layout = model.kvLayout(config.kv());
            WarmUp.run(model, config.engine(), config.kv(), WARM_UP);
            StepProfile profile = StepProfile.measure(
                    model, layout, config.engine().maxBatchedTokens(), config.engine().scheduling().profile());
            node.put("of", EmbeddedModel.NAME + ", measured now").put(
                    "target_ms", config.engine().stepTarget().toMillis());
            node.put("prompt_tokens_max", EngineLoop.promptStepTokens(config.engine(), layout.blockTokens(),
                    profile.rowsWithin(config.engine().stepTarget().toNanos())));
            ArrayNode lines = node.putArray("profile");
            profile.points().forEach(point -> lines.add(line(point.rows(), point.nanos() / NANOS_PER_MS)));
        } finally {
            DataDirectory.removeTree(scratch);
        }
    }

    private static String line(int rows, double ms) {
        return String.format(Locale.ROOT, "%d tokens in %.2f ms", rows, ms);
    }
}
