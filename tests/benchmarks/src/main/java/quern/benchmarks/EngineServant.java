package quern.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import quern.config.ApplianceConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.fit.ModelFit;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.rate.MachineLimits;
import quern.inference.rate.RateRun;
import quern.inference.rate.RateTest;
import quern.inference.sampling.SamplingParameters;
import quern.kv.TierStack;

/** Our engine as {@link EngineProcess} drives it: a JSON task a line in, a JSON result a line out. */
public final class EngineServant {

    private final LoadedModel model;
    private final ModelFit fit;
    private final Backend backend;
    private final ApplianceConfig config;
    private final RateRun run;
    private MachineLimits limits;

    private EngineServant(
            LoadedModel model, ModelFit fit, Backend backend, ApplianceConfig config, RateRun run) {
        this.model = model;
        this.fit = fit;
        this.backend = backend;
        this.config = config;
        this.run = run;
        this.limits = MachineLimits.measure(backend);
    }

    /** @param arguments model, threads, size of the KV arena */
    public static void main(String[] arguments) throws IOException {
        ApplianceConfig config = ConfigLoader.load(new ConfigSources(Optional.empty(), Map.of(), Map.of(
                "data", "target", "backend.threads", arguments[1], "kv.hot", arguments[2],
                "engine.draft-tokens-max", "0"))).config();
        try (Backend backend = BackendChoice.choose(config.backend()).backend();
                ModelFile file = ModelFiles.open(Path.of(arguments[0]))) {
            ModelFit fit = ModelFit.of(file, backend.kernels(), config.engine(), config.kv());
            LoadedModel model =
                    LoadedModel.load(file, backend.kernels(), config.engine().product(), "measured");
            try (RateRun run = new RateRun(model, config.kv(), config.engine())) {
                new EngineServant(model, fit, backend, config, run).serve();
            }
        }
    }

    private void serve() throws IOException {
        System.out.println("{\"ready\":true}");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode task = EngineProcess.JSON.readTree(line);
            ObjectNode answer = EngineProcess.JSON.createObjectNode();
            try {
                carryOut(task, answer);
            } catch (RuntimeException failure) {
                answer.put("error", failure.toString());
            }
            System.out.println(answer);
        }
    }

    private void carryOut(JsonNode task, ObjectNode answer) {
        switch (task.path("kind").asText()) {
            case "greedy" -> greedy(task, answer.putArray("ids"));
            case "share" -> {
                limits = limits.max(MachineLimits.measure(backend));
                answer.put("share", limits.share(test(task.path("test")), task.path("ts").asDouble(), fit))
                        .put("bytes_per_s", limits.bytesPerSecond()).put("macs_per_s", limits.macsPerSecond());
            }
            default -> answer.put("ts", run.round(test(task)));
        }
    }

    private static RateTest test(JsonNode task) {
        return new RateTest(task.path("kind").asText().equals("read"), task.path("tokens").asInt(),
                task.path("streams").asInt(), task.path("depth").asInt(), task.path("shared").asBoolean());
    }

    private void greedy(JsonNode task, ArrayNode ids) {
        int[] prompt = task.path("prompts").get(0).valueStream().mapToInt(JsonNode::asInt).toArray();
        var layout = model.kvLayout(config.kv());
        try (TierStack pool = TierStack.inMemory(config.kv(), layout.blockBytes())) {
            EngineLoop loop = new EngineLoop(model, pool, layout, config.engine());
            loop.submit(SequenceRequest.of(
                    1, prompt, SamplingParameters.greedy(task.path("tokens").asInt()).ignoringEos()));
            while (loop.hasWork()) {
                for (EngineEvent event : loop.step()) {
                    if (event instanceof EngineEvent.TokenProduced token) {
                        ids.add(token.token());
                    }
                }
            }
        }
    }
}
