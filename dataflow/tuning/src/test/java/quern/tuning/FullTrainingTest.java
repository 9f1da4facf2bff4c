package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.Parameter;

class FullTrainingTest {

    private static final ModelShape SHAPE = new ModelShape(
            "llama", 2, 24, 4, 2, 6, 40, 31, 16, 1e-5f, RopeTable.of(true, 6, 10_000), true, false);

    @TempDir
    private Path directory;

    private final ComputeTeam team = new ComputeTeam(3);
    private final Backend vector = new Backend(
            new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
    private final Backend scalar =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");

    @AfterEach
    void close() {
        vector.close();
        scalar.close();
    }

    private static FullTraining.Settings settings(int microTokens) {
        return new FullTraining.Settings(16, 64, microTokens, 12, 2, 1e-2, 0.1, 0.1, 0.95, 1.0, 3, 5);
    }

    /** A text with a rule to learn: each id follows from the one before. */
    private static int[] ids() {
        int[] ids = new int[400];
        for (int i = 1; i < ids.length; i++) {
            ids[i] = (ids[i - 1] * 7 + 3) % 31;
        }
        return ids;
    }

    private FullTraining open(String name, Backend backend, int microTokens) {
        return FullTraining.open(SHAPE, ids(), settings(microTokens), backend, directory.resolve(name));
    }

    private static List<Double> run(FullTraining training, int steps) {
        List<Double> losses = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            losses.add(training.step().loss());
        }
        return losses;
    }

    private static void assertEqualParameters(FullTraining expected, FullTraining found) {
        for (int i = 0; i < expected.model().parameters().size(); i++) {
            Parameter parameter = expected.model().parameters().get(i);
            assertArrayEquals(parameter.values().values(), found.model().parameters().get(i).values().values(),
                    parameter.name());
        }
    }

    @Test
    void shouldLearnTheRuleWhenTrained() {
        FullTraining training = open("a", vector, 64);
        double before = training.loss(ids());
        run(training, 12);
        assertTrue(training.done());
        assertTrue(training.loss(ids()) < before - 0.5, before + " -> " + training.loss(ids()));
    }

    @Test
    void shouldGoOnBitForBitWhenResumed() {
        FullTraining whole = open("whole", vector, 64);
        List<Double> losses = run(whole, 12);
        run(open("parts", vector, 64), 8);
        FullTraining resumed = open("parts", vector, 64);
        assertEquals(6, resumed.stepCount());
        assertEquals(losses.subList(6, 12), run(resumed, 6));
        assertEqualParameters(whole, resumed);
    }

    @Test
    void shouldGiveTheSameBitsWhenComputedByTheDefinitions() {
        FullTraining whole = open("whole", vector, 64);
        FullTraining defined = open("scalar", scalar, 64);
        run(whole, 4);
        run(defined, 4);
        assertEqualParameters(whole, defined);
    }

    @Test
    void shouldRefuseACheckpointWhenItIsDamagedOrOfAnotherRun() throws IOException {
        FullTraining training = open("run", vector, 64);
        run(training, 3);
        Path file = directory.resolve("run/training.checkpoint");
        var other = assertThrows(QuernException.class, () -> open("run", vector, 32));
        assertTrue(other.getMessage().contains("expected full training"), other.getMessage());
        byte[] bytes = Files.readAllBytes(file);
        for (int at : new int[] {0, 9, bytes.length / 2, bytes.length - 3}) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertThrows(QuernException.class, () -> open("run", vector, 64), "byte " + at);
        }
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 100));
        assertThrows(QuernException.class, () -> open("run", vector, 64));
        Files.write(file, bytes);
        assertEquals(3, open("run", vector, 64).stepCount());
    }

    @Test
    void shouldRefuseATextShorterThanTwoContexts() {
        assertThrows(IllegalArgumentException.class,
                () -> FullTraining.open(SHAPE, new int[32], settings(64), vector, directory));
        assertFalse(Files.exists(directory.resolve("training.checkpoint")));
    }
}
