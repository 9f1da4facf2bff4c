package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.inference.LoadedModel;
import quern.inference.format.ModelFiles;
import quern.tuning.network.DecoderNetwork;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.Parameter;
import quern.tuning.preference.PreferenceGradients;
import quern.tuning.preference.PreferenceLoss;

/** Log-probabilities, rewards, margins, losses and gradients of pairs against torch (reference/dpo). */
class PreferenceReferenceTest {

    private final Backend backend =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");
    private JsonNode cases;
    private LoadedModel base;
    private AdaptedModel policy;
    private DecoderNetwork reference;

    @BeforeEach
    void open() throws IOException {
        Path file = SharedFiles.at("reference/dpo/cases.json");
        cases = new ObjectMapper().readTree(file.toFile());
        base = LoadedModel.load(ModelFiles.open(SharedFiles.at("reference/hf/llama")), backend.kernels(),
                EngineConfig.Product.F32);
        AdapterFile.Loaded adapter =
                AdapterFile.read(SharedFiles.at("reference/lora/llama/adapter_final"), base.shape());
        policy = new AdaptedModel(base, adapter.settings(), backend);
        policy.load(adapter.weights());
        reference = AdaptedModel.frozen(base, backend);
    }

    @AfterEach
    void close() {
        if (base != null) {
            base.close();
        }
        backend.close();
    }

    @Test
    void shouldHaveTheReferenceFiguresOfEachPair() {
        for (JsonNode pair : cases.path("pairs")) {
            Segment chosen = answer(pair, "chosen");
            Segment rejected = answer(pair, "rejected");
            for (String kind : List.of("dpo", "simpo")) {
                PreferenceLoss loss = loss(kind);
                double better = reward(loss, pair, chosen, "chosen");
                double worse = reward(loss, pair, rejected, "rejected");
                assertEquals(pair.path(kind).path("reward_chosen").asDouble(), better, 1e-3);
                assertEquals(pair.path(kind).path("reward_rejected").asDouble(), worse, 1e-3);
                assertEquals(pair.path(kind).path("margin").asDouble(), better - worse, 1e-3);
                assertEquals(pair.path(kind).path("loss").asDouble(), loss.loss(better - worse), 1e-3);
            }
        }
        assertEquals(4, cases.path("pairs").size());
    }

    private double reward(PreferenceLoss loss, JsonNode pair, Segment answer, String which) {
        PackedBatch batch = PackedBatch.of(List.of(answer));
        double nats = policy.network().loss(batch);
        double baseNats = reference.loss(batch);
        assertEquals(pair.path("logp").path("policy_" + which).asDouble(), -nats, 2e-3);
        assertEquals(pair.path("logp").path("reference_" + which).asDouble(), -baseNats, 2e-3);
        return loss.reward(nats, baseNats, batch.labelCount());
    }

    @Test
    void shouldHaveTheReferenceGradientsOfAllPairsTogether() {
        List<Segment> pairs = new ArrayList<>();
        cases.path("pairs").forEach(pair -> pairs.add(
                Segment.pair(answer(pair, "chosen"), answer(pair, "rejected"))));
        for (String kind : List.of("dpo", "simpo")) {
            policy.parameters().forEach(parameter -> Arrays.fill(parameter.gradients().values(), 0f));
            PreferenceGradients gradients =
                    new PreferenceGradients(policy.network(), Optional.of(reference), loss(kind));
            gradients.begin(List.of(PackedBatch.of(pairs.subList(0, 3)), PackedBatch.of(pairs.subList(3, 4))));
            while (!gradients.done()) {
                gradients.slice(1, 0);
            }
            assertEquals(cases.path(kind).path("mean_loss").asDouble(), gradients.loss(), 1e-3);
            double expected = cases.path(kind).path("lora_grad_norm_of_mean_loss").asDouble();
            assertEquals(expected, norm(), 1e-3 * expected);
        }
    }

    private double norm() {
        double sum = 0;
        for (Parameter parameter : policy.parameters()) {
            for (float value : parameter.gradients().values()) {
                sum += (double) value * value;
            }
        }
        return Math.sqrt(sum);
    }

    private PreferenceLoss loss(String kind) {
        JsonNode setting = cases.path(kind);
        return kind.equals("dpo") ? PreferenceLoss.dpo(setting.path("beta").asDouble())
                : PreferenceLoss.simpo(setting.path("beta").asDouble(), setting.path("gamma").asDouble());
    }

    private static Segment answer(JsonNode pair, String which) {
        List<Integer> ids = new ArrayList<>();
        pair.path("prompt").forEach(id -> ids.add(id.asInt()));
        int prompt = ids.size();
        pair.path(which).forEach(id -> ids.add(id.asInt()));
        int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
        int[] labels = Arrays.copyOfRange(tokens, 1, tokens.length);
        Arrays.fill(labels, 0, prompt - 1, PackedBatch.NOT_COUNTED);
        return new Segment(Arrays.copyOf(tokens, tokens.length - 1), labels);
    }
}
