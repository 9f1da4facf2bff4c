package quern.tuning.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.RandomWeights;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.transformer.TransformerWeights.Linear;
import quern.tuning.network.AdaptedProjection.Adapter;

/** A matrix with magnitudes and a low-rank part (DoRA) against doubles, its gradients against differences of them. */
class AdaptedProjectionTest {

    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final int OUTPUTS = 5;
    private static final int INPUTS = 256;
    private static final int RANK = 3;
    private static final int COUNT = 6;
    private static final float SCALE = 0.5f;

    private final Random random = new Random(SEED);
    private final ComputeTeam team = new ComputeTeam(2);
    private final Backend scalar =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");
    private final Backend vector = new Backend(
            new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
    private final Adapter adapter = new Adapter(parameter(RANK, INPUTS, 0.1), parameter(OUTPUTS, RANK, 1), SCALE,
            Optional.of(parameter(OUTPUTS, 1, 2)));
    private final Rows x = parameter(COUNT, INPUTS, 1).values();
    private final Rows dy = parameter(COUNT, OUTPUTS, 1).values();
    private final float[] bias = parameter(1, OUTPUTS, 1).values().values();
    private Tensor weights;

    @AfterEach
    void close() {
        scalar.close();
        vector.close();
    }

    private Parameter parameter(int rows, int columns, double deviation) {
        Parameter parameter = Parameter.zeros("p", rows, columns, true);
        for (int i = 0; i < parameter.size(); i++) {
            parameter.values().values()[i] = (float) (deviation * random.nextGaussian());
        }
        return parameter;
    }

    private AdaptedProjection projection(Backend backend) {
        Linear frozen = new Linear("w", backend.kernels().pack(weights), Optional.of(bias));
        return new AdaptedProjection(
                frozen, Optional.of(adapter), backend.kernels(), backend.trainingKernels(), new ScratchRows());
    }

    /** Row {@code r} of W + scale * B A. */
    private double[] updated(int r) {
        float[] row = new float[INPUTS];
        Dequantizer.row(weights, r, row, 0);
        double[] sums = new double[INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            sums[i] = row[i];
            for (int k = 0; k < RANK; k++) {
                sums[i] += (double) SCALE * adapter.b().values().values()[r * RANK + k]
                        * adapter.a().values().values()[k * INPUTS + i];
            }
        }
        return sums;
    }

    private double length(int r) {
        return Math.sqrt(Arrays.stream(updated(r)).map(value -> value * value).sum());
    }

    private double output(int t, int r, double length) {
        double[] row = updated(r);
        double sum = 0;
        for (int i = 0; i < INPUTS; i++) {
            sum += row[i] * x.values()[x.at(t) + i];
        }
        return adapter.magnitudes().orElseThrow().values().values()[r] / length * sum + bias[r];
    }

    /** What dy is the gradient of, with the lengths held. */
    private double loss(double[] lengths) {
        double sum = 0;
        for (int t = 0; t < COUNT; t++) {
            for (int r = 0; r < OUTPUTS; r++) {
                sum += dy.values()[dy.at(t) + r] * output(t, r, lengths[r]);
            }
        }
        return sum;
    }

    /** The loss is linear in each number alone, so a wide difference is exact. */
    private void compare(float[] values, float[] gradients, DoubleSupplier loss) {
        double largest = 0;
        double[] expected = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            float before = values[i];
            values[i] = before + 1;
            double above = loss.getAsDouble();
            double step = values[i];
            values[i] = before - 1;
            expected[i] = (above - loss.getAsDouble()) / (step - values[i]);
            values[i] = before;
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        for (int i = 0; i < values.length; i++) {
            assertEquals(expected[i], gradients[i], 1e-4 * largest, "number " + i + ", -Dquern.seed=" + SEED);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void shouldTrainMagnitudesAndDirectionsApart(ElementType type) {
        weights = RandomWeights.of(type, OUTPUTS, INPUTS, random);
        Rows y = new Rows(COUNT, OUTPUTS);
        AdaptedProjection projection = projection(scalar);
        projection.forward(x, COUNT, y);
        double[] lengths = new double[OUTPUTS];
        Arrays.setAll(lengths, this::length);
        for (int t = 0; t < COUNT; t++) {
            for (int r = 0; r < OUTPUTS; r++) {
                double expected = output(t, r, lengths[r]);
                float found = y.values()[y.at(t) + r];
                assertTrue(Math.abs(expected - found) <= 1e-4 * (1 + Math.abs(expected)),
                        found + ", expected " + expected + ", -Dquern.seed=" + SEED);
            }
        }
        Rows dx = new Rows(COUNT, INPUTS);
        projection.backward(dy, x, COUNT, dx, false);
        Parameter magnitudes = adapter.magnitudes().orElseThrow();
        compare(magnitudes.values().values(), magnitudes.gradients().values(), () -> loss(lengths));
        compare(adapter.b().values().values(), adapter.b().gradients().values(), () -> loss(lengths));
        compare(adapter.a().values().values(), adapter.a().gradients().values(), () -> loss(lengths));
        compare(x.values(), dx.values(), () -> loss(lengths));
        checkVector(y, dx);
    }

    /** The other backend, and in two parts from the end: the same bits. Lengths follow A and B. */
    private void checkVector(Rows y, Rows dx) {
        Parameter[] trained = {adapter.a(), adapter.b(), adapter.magnitudes().orElseThrow()};
        float[][] expected = new float[3][];
        for (int i = 0; i < 3; i++) {
            expected[i] = trained[i].gradients().values().clone();
            Arrays.fill(trained[i].gradients().values(), 0);
        }
        AdaptedProjection projection = projection(vector);
        float before = adapter.b().values().values()[1];
        adapter.b().values().values()[1] = before + 1;
        projection.forward(x, COUNT, new Rows(COUNT, OUTPUTS));
        adapter.b().values().values()[1] = before;
        Rows found = new Rows(COUNT, OUTPUTS);
        projection(scalar).forward(x, COUNT, y);
        projection.forward(x, COUNT, found);
        assertArrayEquals(y.values(), found.values());
        for (int from : new int[] {4, 0}) {
            int count = from == 0 ? 4 : COUNT - 4;
            Rows part = new Rows(count, INPUTS);
            projection.backward(rows(dy, from, count), rows(x, from, count), count, part, false);
            assertArrayEquals(rows(dx, from, count).values(), part.values());
        }
        for (int i = 0; i < 3; i++) {
            float[] whole = trained[i].gradients().values();
            assertEquals(expected[i].length, whole.length);
            for (int at = 0; at < whole.length; at++) {
                assertEquals(expected[i][at], whole[at], "parameter " + i + ", number " + at + ", seed " + SEED);
            }
        }
    }

    private static Rows rows(Rows all, int from, int count) {
        return DecoderBlock.copy(all, from, new Rows(count, all.width()), 0, count);
    }
}
