package quern.tuning.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Test;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.PackedBatch.Segment;

class DenseModelTest {

    private final Backend backend =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");

    @AfterEach
    void close() {
        backend.close();
    }

    private static ModelShape shape(boolean tied, boolean bias) {
        return new ModelShape(
                "llama", 2, 12, 3, 1, 4, 10, 17, 16, 1e-5f, RopeTable.of(false, 4, 100), tied, bias);
    }

    private static PackedBatch batch() {
        return PackedBatch.of(List.of(
                new Segment(new int[] {1, 5, 9, 5}, new int[] {5, 9, 5, 16}),
                new Segment(new int[] {3, 0, 2}, new int[] {-100, 2, 7})));
    }

    /** The loss moves as each tensor's largest gradient says: norms, embeddings and matrices alike. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldMatchDifferencesOfTheLossInEveryTensor(boolean tied) {
        DenseModel model = new DenseModel(shape(tied, false), 3, backend);
        for (Parameter parameter : model.parameters()) {
            // Larger than first weights are, so that every path matters.
            for (int i = 0; i < parameter.size() && parameter.decays(); i++) {
                parameter.values().values()[i] *= 15;
            }
        }
        model.network().lossAndGradients(batch(), 1f);
        assertEquals(tied ? 20 : 21, model.parameters().size());
        for (Parameter parameter : model.parameters()) {
            float[] gradients = parameter.gradients().values();
            int largest = 0;
            for (int i = 0; i < gradients.length; i++) {
                largest = Math.abs(gradients[i]) > Math.abs(gradients[largest]) ? i : largest;
            }
            double expected = difference(model, parameter, largest);
            assertTrue(Math.abs(expected) > 1e-3, parameter.name());
            assertEquals(expected, gradients[largest], 5e-3 * Math.max(0.1, Math.abs(expected)), parameter.name());
        }
    }

    private static double difference(DenseModel model, Parameter parameter, int at) {
        float[] values = parameter.values().values();
        float present = values[at];
        values[at] = present + 2e-3f;
        double above = model.network().loss(batch());
        float upper = values[at];
        values[at] = present - 2e-3f;
        double below = model.network().loss(batch());
        double width = upper - values[at];
        values[at] = present;
        return (above - below) / width;
    }

    @Test
    void shouldAddUpGradientsWhenGivenSeveralBatches() {
        DenseModel model = new DenseModel(shape(true, false), 3, backend);
        double once = model.network().lossAndGradients(batch(), 1f);
        float[] first = model.parameters().getFirst().gradients().values().clone();
        assertEquals(once, model.network().lossAndGradients(batch(), 1f));
        float[] twice = model.parameters().getFirst().gradients().values();
        for (int i = 0; i < first.length; i++) {
            assertEquals(2 * first[i], twice[i], 1e-5f);
        }
        assertEquals(once, model.network().loss(batch()));
        assertTrue(Arrays.equals(twice, model.parameters().getFirst().gradients().values()));
    }

    @Test
    void shouldRefuseAShapeWithBiases() {
        assertThrows(IllegalArgumentException.class, () -> new DenseModel(shape(true, true), 3, backend));
    }
}
