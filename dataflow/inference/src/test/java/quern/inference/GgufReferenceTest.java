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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.EngineConfig.Product;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.VectorKernels;
import quern.inference.format.ModelFiles;

/** Logits of GGUF files of every type against the exact ones of their dequantised weights, for both backends. */
class GgufReferenceTest {

    private static final ComputeTeam TEAM = new ComputeTeam(1);
    private static final List<String> ARCHITECTURES = List.of("llama", "qwen2", "qwen3");

    @AfterAll
    static void close() {
        TEAM.close();
    }

    static Stream<String> names() {
        List<String> names = new ArrayList<>(List.of("llama-rope_freqs-Q8_0"));
        for (String architecture : ARCHITECTURES) {
            for (ElementType type : ElementType.values()) {
                if (type != ElementType.IQ4_XS) {
                    names.add(architecture + "-" + type);
                }
            }
        }
        return names.stream();
    }

    private static List<Kernels> backends() {
        return VectorKernels.refusal().isPresent()
                ? List.of(new ScalarKernels()) : List.of(new ScalarKernels(), new VectorKernels(TEAM));
    }

    /** With 8-bit activations at most twice as far from the exact logits as llama.cpp, which rounds them too. */
    @ParameterizedTest
    @MethodSource("names")
    void shouldGiveTheLogitsOfTheDequantisedWeights(String name) throws IOException {
        JsonNode reference = new ObjectMapper()
                .readTree(Files.readAllBytes(SharedFiles.at("reference/gguf/expected.json")))
                .get("files").get(name + ".gguf");
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(SharedFiles.at("reference/gguf/expected.f32")))
                .order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        Path file = SharedFiles.at("reference/gguf/" + name + ".gguf");
        assertEquals(2, reference.get("prompts").size());
        for (Kernels kernels : backends()) {
            for (Product product : Product.values()) {
                try (LoadedModel model = LoadedModel.load(ModelFiles.open(file), kernels, product)) {
                    for (JsonNode prompt : reference.get("prompts")) {
                        float[][] logits = ForwardRun.logits(model, ReferenceModelTest.ints(prompt.get("ids")));
                        double difference = largestDifference(
                                expected, prompt.get("exact_offset").asInt(), logits[logits.length - 1]);
                        double tolerance = product == Product.F32
                                ? 1e-3 : 2 * prompt.get("llama_cpp_max_abs_diff").asDouble();
                        assertTrue(difference <= tolerance, () -> kernels.name() + ", " + product + " differs by "
                                + difference + ", allowed " + tolerance);
                    }
                }
            }
        }
    }

    private static double largestDifference(FloatBuffer expected, int from, float[] actual) {
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs(expected.get(from + i) - actual[i]);
            largest = Double.isNaN(largest) || difference <= largest ? largest : difference;
        }
        return largest;
    }
}
