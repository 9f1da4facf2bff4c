package quern.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.EngineConfig.Product;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.vector.VectorKernels;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.LoraWeights;

/** Logits against other engines' answers. */
class ReferenceModelTest {

    @TempDir
    private Path scratch;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode json(Path file) throws IOException {
        return JSON.readTree(Files.readAllBytes(file));
    }

    private static FloatBuffer floats(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static double largestDifference(FloatBuffer expected, int from, float[] actual) {
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs(expected.get(from + i) - actual[i]);
            largest = Double.isNaN(largest) || difference <= largest ? largest : difference;
        }
        return largest;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K.gguf", "hf"})
    void shouldGiveTheStoryModelsLogits(String path) throws IOException {
        JsonNode reference = json(SharedFiles.at("models/stories260K/stories260K.logits.json"));
        try (LoadedModel model = LoadedModel.load(
                ModelFiles.open(SharedFiles.at("models/stories260K/" + path)), new ScalarKernels(), Product.F32)) {
            float[][] logits = ForwardRun.logits(model, ints(reference.get("prompt")));
            assertEquals(5, logits.length);
            for (int t = 0; t < logits.length; t++) {
                for (int i = 0; i < logits[t].length; i++) {
                    double difference =
                            Math.abs(reference.get("prompt_logits").get(t).get(i).asDouble() - logits[t][i]);
                    assertTrue(difference <= 1e-2, "position " + t + " token " + i + " differs by " + difference);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldGiveTheLogitsOfTransformers(String name) throws IOException {
        checkLogits(ReferenceFamilies.directory(name), new ScalarKernels(), 32);
        try (ComputeTeam team = new ComputeTeam(2)) {
            checkLogits(ReferenceFamilies.directory(name), new VectorKernels(team), Integer.MAX_VALUE / 2);
        }
    }

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldGiveTheLogitsOfTransformersWhenConfigurationIsSpelledAsBefore(String name) throws IOException {
        checkLogits(ReferenceFamilies.legacy(name, scratch), new ScalarKernels(), 7);
    }

    private static void checkLogits(Path directory, Kernels kernels, int chunkTokens) throws IOException {
        JsonNode cases = json(directory.resolve("cases.json"));
        FloatBuffer expected = floats(directory.resolve("logits.f32"));
        try (LoadedModel model = LoadedModel.load(ModelFiles.open(directory), kernels, Product.F32)) {
            for (JsonNode prompt : cases.get("prompts")) {
                float[][] logits = ForwardRun.logits(model, ints(prompt.get("ids")), chunkTokens, null);
                int row = prompt.get("last_logits_row").asInt();
                double difference = largestDifference(
                        expected, row * model.shape().vocabulary(), logits[logits.length - 1]);
                assertTrue(difference <= 2e-4, prompt.get("name") + " differs by " + difference);
                for (int t = 0; t < logits.length; t++) {
                    checkPosition(prompt, t, logits[t]);
                }
            }
        }
    }

    private static void checkPosition(JsonNode prompt, int t, float[] logits) {
        double sum = 0;
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            sum += Math.exp(logits[i]);
            best = logits[i] > logits[best] ? i : best;
        }
        assertEquals(prompt.get("logsumexp").get(t).asDouble(), Math.log(sum), 1e-4, "position " + t);
        if (prompt.get("top2_margin").get(t).asDouble() > 2e-3) {
            assertEquals(prompt.get("argmax").get(t).asInt(), best, "position " + t);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "llama-rslora"})
    void shouldGiveTheLogitsOfPeftWhenAnAdapterIsServedUnmerged(String name) throws IOException {
        Path directory = SharedFiles.at("reference/lora/" + name);
        JsonNode cases = json(directory.resolve("cases.json"));
        FloatBuffer expected = floats(directory.resolve("logits.f32"));
        Path base = directory.resolve(cases.get("base").asText()).normalize();
        try (LoadedModel model = LoadedModel.load(ModelFiles.open(base), new ScalarKernels(), Product.F32)) {
            LoraWeights weights = PeftDirectory.read(directory.resolve("adapter_final"));
            LoraMatrices adapter = model.adapters().publish(name, weights).matrices(model.kernels());
            for (JsonNode prompt : cases.get("prompts")) {
                float[][] logits = ForwardRun.logits(model, ints(prompt.get("ids")), 32, adapter);
                int row = prompt.get("last_logits_row").asInt();
                double difference = largestDifference(
                        expected, row * model.shape().vocabulary(), logits[logits.length - 1]);
                assertTrue(difference <= 2e-4, prompt.get("name") + " differs by " + difference);
            }
        }
    }

    @Test
    void shouldRepeatTheFingerprintAndNameOfItsFile() {
        Path file = SharedFiles.at("models/stories260K/stories260K.gguf");
        try (LoadedModel one = LoadedModel.load(ModelFiles.open(file), new ScalarKernels(), Product.F32);
                LoadedModel two = LoadedModel.load(ModelFiles.open(file), new ScalarKernels(), Product.Q8)) {
            assertEquals(one.fingerprint(), two.fingerprint());
            assertTrue(!one.arithmetic().equals(two.arithmetic()));
        }
    }
}
