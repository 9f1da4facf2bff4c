package quern.tuning.preference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.RopeTable;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.BatchGradients;
import quern.tuning.network.DenseModel;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;
import quern.tuning.network.Parameter;
import quern.tuning.preference.PreferenceLoss.Kind;

class PreferenceGradientsTest {

    private static final ModelShape SHAPE = new ModelShape(
            "llama", 2, 12, 3, 1, 4, 10, 17, 64, 1e-5f, RopeTable.of(false, 4, 100), true, false);

    private final Backend backend =
            new Backend(new ScalarKernels(), new ScalarTrainingKernels(), new ComputeTeam(1), "scalar");
    private final SplittableRandom random = new SplittableRandom(5);
    private final DenseModel base = model(4);
    private final DenseModel policy = model(3);

    @AfterEach
    void close() {
        backend.close();
    }

    private DenseModel model(long seed) {
        DenseModel model = new DenseModel(SHAPE, seed, backend);
        for (Parameter parameter : model.parameters()) {
            // Larger than first weights are, so that every path matters.
            for (int i = 0; i < parameter.size() && parameter.decays(); i++) {
                parameter.values().values()[i] *= 15;
            }
        }
        return model;
    }

    /** Answers of different lengths to one prompt. */
    private Segment pair() {
        int[] prompt = random.ints(1 + random.nextInt(5), 0, SHAPE.vocabulary()).toArray();
        return Segment.pair(answer(prompt), answer(prompt));
    }

    private Segment answer(int[] prompt) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + 1 + random.nextInt(8));
        for (int i = prompt.length; i < ids.length; i++) {
            ids[i] = random.nextInt(SHAPE.vocabulary());
        }
        int[] labels = Arrays.copyOf(ids, ids.length);
        System.arraycopy(ids, 1, labels, 0, ids.length - 1);
        labels[ids.length - 1] = random.nextInt(SHAPE.vocabulary());
        Arrays.fill(labels, 0, prompt.length - 1, PackedBatch.NOT_COUNTED);
        return new Segment(ids, labels);
    }

    private List<Segment> pairs(int count) {
        List<Segment> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pairs.add(pair());
        }
        return pairs;
    }

    private static PreferenceLoss loss(Kind kind) {
        return kind == Kind.DPO ? PreferenceLoss.dpo(0.3) : PreferenceLoss.simpo(2, 0.7);
    }

    /** By definition, in double, each sequence by itself. */
    private double expected(List<Segment> pairs, PreferenceLoss loss) {
        double sum = 0;
        for (Segment pair : pairs) {
            double margin = reward(pair.chosen(), loss) - reward(pair.rejected(), loss);
            sum -= Math.log(1 / (1 + Math.exp(loss.gamma() - margin)));
        }
        return sum / pairs.size();
    }

    private double reward(Segment answer, PreferenceLoss loss) {
        PackedBatch alone = PackedBatch.of(List.of(answer));
        double likelihood = -policy.network().loss(alone);
        return loss.beta() * (loss.kind() == Kind.DPO ? likelihood + base.network().loss(alone)
                : likelihood / alone.labelCount());
    }

    private PreferenceGradients gradients(PreferenceLoss loss) {
        policy.parameters().forEach(parameter -> Arrays.fill(parameter.gradients().values(), 0f));
        return new PreferenceGradients(policy.network(), Optional.of(base.network()), loss);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldMatchDifferencesOfTheLossInEveryTensor(Kind kind) {
        List<Segment> pairs = pairs(3);
        PreferenceGradients gradients = gradients(loss(kind));
        gradients.begin(List.of(PackedBatch.of(pairs.subList(0, 2)), PackedBatch.of(pairs.subList(2, 3))));
        while (!gradients.done()) {
            gradients.slice(Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        assertEquals(expected(pairs, loss(kind)), gradients.loss(), 1e-5);
        for (Parameter parameter : policy.parameters()) {
            float[] found = parameter.gradients().values();
            int largest = 0;
            for (int i = 0; i < found.length; i++) {
                largest = Math.abs(found[i]) > Math.abs(found[largest]) ? i : largest;
            }
            double expected = difference(parameter, largest, pairs, loss(kind));
            assertTrue(Math.abs(expected) > 1e-4, parameter.name());
            assertEquals(expected, found[largest], 5e-3 * Math.max(0.1, Math.abs(expected)), parameter.name());
        }
    }

    private double difference(Parameter parameter, int at, List<Segment> pairs, PreferenceLoss loss) {
        float[] values = parameter.values().values();
        float present = values[at];
        values[at] = present + 2e-3f;
        double above = expected(pairs, loss);
        float upper = values[at];
        values[at] = present - 2e-3f;
        double below = expected(pairs, loss);
        double width = upper - values[at];
        values[at] = present;
        return (above - below) / width;
    }

    /** Also where the base's losses are known from a step that held the pairs otherwise. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldGiveTheSameBitsWhereverSlicesEnd(Kind kind) {
        List<Segment> pairs = pairs(9);
        List<PackedBatch> batches = BatchGradients.batches(pairs);
        PreferenceGradients whole = gradients(loss(kind));
        whole.begin(batches);
        while (!whole.done()) {
            whole.slice(Integer.MAX_VALUE, Long.MAX_VALUE);
        }
        List<float[]> expected =
                policy.parameters().stream().map(parameter -> parameter.gradients().values().clone()).toList();
        PreferenceGradients cut = gradients(loss(kind));
        cut.begin(List.of(PackedBatch.of(pairs.subList(4, 9)), PackedBatch.of(pairs.subList(0, 4))));
        run(cut);
        policy.parameters().forEach(parameter -> Arrays.fill(parameter.gradients().values(), 0f));
        cut.begin(batches);
        run(cut);
        assertEquals(whole.loss(), cut.loss());
        assertEquals(whole.pairs(), cut.pairs());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), policy.parameters().get(i).gradients().values());
        }
    }

    private void run(PreferenceGradients gradients) {
        while (!gradients.done()) {
            gradients.slice(1 + random.nextInt(30), random.nextBoolean() ? 0 : Long.MAX_VALUE);
        }
    }

    @Test
    void shouldTellMarginAndShareWhenAStepIsDone() {
        PreferenceGradients same = new PreferenceGradients(
                policy.network(), Optional.of(policy.network()), PreferenceLoss.dpo(0.1));
        same.begin(BatchGradients.batches(pairs(4)));
        run(same);
        assertEquals(Math.log(2), same.loss(), 1e-12);
        assertEquals(0.0, same.pairs().orElseThrow().margin());
        assertEquals(0.5, same.pairs().orElseThrow().accuracy());
        assertEquals(4, same.pairs().orElseThrow().pairs());
    }

    @Test
    void shouldRefuseWhatIsNoPair() {
        PreferenceGradients gradients = gradients(PreferenceLoss.simpo(2, 1));
        List<PackedBatch> single = List.of(PackedBatch.of(List.of(answer(new int[] {1}))));
        assertThrows(IllegalArgumentException.class, () -> gradients.begin(single));
        assertThrows(IllegalArgumentException.class, () -> new PreferenceGradients(
                policy.network(), Optional.empty(), PreferenceLoss.dpo(0.1)));
        assertThrows(IllegalArgumentException.class, () -> PreferenceLoss.dpo(0));
        assertThrows(IllegalArgumentException.class, () -> PreferenceLoss.simpo(1, -1));
    }
}
