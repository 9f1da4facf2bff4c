package quern.tuning.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.PackedBatch.Segment;

/** A batch in windows of every size gives the bits of the batch in one. */
class NetworkPassTest {

    private static final ModelShape SHAPE = new ModelShape(
            "llama", 3, 24, 4, 2, 6, 20, 53, 256, 1e-5f, RopeTable.of(true, 6, 100), true, false);

    private final ComputeTeam team = new ComputeTeam(2);
    private final Backend scalar =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");
    private final Backend vector = new Backend(
            new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
    private final SplittableRandom random = new SplittableRandom(11);

    @AfterEach
    void close() {
        scalar.close();
        vector.close();
    }

    /** Examples that begin and end anywhere, some tokens of each not counted. */
    private PackedBatch batch(int... lengths) {
        List<Segment> segments = new ArrayList<>();
        for (int length : lengths) {
            int[] tokens = random.ints(length, 0, SHAPE.vocabulary()).toArray();
            int[] labels = random.ints(length, 0, SHAPE.vocabulary()).toArray();
            for (int i = 0; i < length * 2 / 3; i++) {
                labels[i] = i % 4 == 0 ? labels[i] : PackedBatch.NOT_COUNTED;
            }
            segments.add(new Segment(tokens, labels));
        }
        return PackedBatch.of(segments);
    }

    private DenseModel model(Backend backend, int windowRowsMax) {
        DenseModel model = new DenseModel(SHAPE, 3, backend, windowRowsMax);
        for (Parameter parameter : model.parameters()) {
            for (int i = 0; i < parameter.size() && parameter.decays(); i++) {
                parameter.values().values()[i] *= 8;
            }
        }
        return model;
    }

    /** In pieces of any size. */
    private double run(NetworkPass pass) {
        double worth = 0;
        while (!pass.done()) {
            worth += pass.advance(random.nextDouble(60), random.nextBoolean() ? 0 : Long.MAX_VALUE);
        }
        return worth;
    }

    @ParameterizedTest
    @CsvSource({"32", "64", "96", "128", "256"})
    void shouldGiveTheSameBitsWhateverTheWindows(int windowRowsMax) {
        PackedBatch batch = batch(5, 100, 1, 64, 17, 40);
        DenseModel whole = model(scalar, 1024);
        double loss = whole.network().lossAndGradients(batch, 0.1f);
        double losses = whole.network().loss(batch);
        assertEquals(loss, losses);
        for (Backend backend : List.of(scalar, vector)) {
            DenseModel model = model(backend, windowRowsMax);
            NetworkPass pass = model.network().beginGradients(batch, 0.1f);
            double worth = run(pass);
            assertTrue(worth >= 0.5 * batch.count() && worth <= 1.6 * batch.count(), worth + " tokens' worth");
            assertEquals(loss, pass.loss());
            for (int i = 0; i < model.parameters().size(); i++) {
                assertArrayEquals(
                        whole.parameters().get(i).gradients().values(), model.parameters().get(i).gradients().values(),
                        model.parameters().get(i).name());
            }
            NetworkPass again = model.network().beginLoss(batch);
            run(again);
            assertEquals(loss, again.loss());
        }
    }

    /** Each row with a factor of its own, some of them negative. */
    @ParameterizedTest
    @CsvSource({"32", "96"})
    void shouldGiveTheSameBitsWhateverTheWindowsWhenRowsAreWeighed(int windowRowsMax) {
        PackedBatch batch = batch(5, 100, 1, 64, 17, 40);
        float[] weights = new float[batch.count()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextDouble(-1, 1);
        }
        DenseModel whole = model(scalar, 1024);
        NetworkPass once = whole.network().beginGradients(batch, weights);
        run(once);
        for (Backend backend : List.of(scalar, vector)) {
            DenseModel model = model(backend, windowRowsMax);
            NetworkPass pass = model.network().beginGradients(batch, weights);
            run(pass);
            assertArrayEquals(once.losses(), pass.losses());
            for (int i = 0; i < model.parameters().size(); i++) {
                assertArrayEquals(
                        whole.parameters().get(i).gradients().values(), model.parameters().get(i).gradients().values(),
                        model.parameters().get(i).name());
            }
        }
    }

    /** What an earlier, longer batch left in the buffers is nobody's. */
    @Test
    void shouldNotSeeTheBatchBefore() {
        PackedBatch longer = batch(150, 30);
        PackedBatch batch = batch(90);
        DenseModel fresh = model(vector, 64);
        fresh.network().lossAndGradients(batch, 1f);
        DenseModel used = model(vector, 64);
        used.network().lossAndGradients(longer, 1f);
        used.network().beginGradients(longer, 1f).advance(3, 0);
        used.parameters().forEach(parameter -> Arrays.fill(parameter.gradients().values(), 0f));
        run(used.network().beginGradients(batch, 1f));
        for (int i = 0; i < fresh.parameters().size(); i++) {
            assertArrayEquals(
                    fresh.parameters().get(i).gradients().values(), used.parameters().get(i).gradients().values());
        }
    }

    @Test
    void shouldRefuseToGoOnWhenAnotherPassWasBegun() {
        DenseModel model = model(vector, 64);
        NetworkPass first = model.network().beginGradients(batch(40), 1f);
        first.advance(1, 0);
        model.network().loss(batch(3));
        assertThrows(IllegalStateException.class, () -> first.advance(1, 0));
    }
}
