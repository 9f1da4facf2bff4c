package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.LearningRateDecay;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Direction;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.tuning.network.Parameter;

/** Forward-only tuning: its arithmetic against the reference, whole runs, and runs made again from their logs. */
class ForwardTrainerTest {

    @TempDir
    private static Path shared;

    private static Backend backend;
    private static Lessons lessons;

    @TempDir
    private Path directory;

    @BeforeAll
    static void begin() {
        ComputeTeam team = new ComputeTeam(2);
        backend = new Backend(
                new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
        lessons = Lessons.learnt(backend, shared);
    }

    @AfterAll
    static void close() {
        lessons.base().close();
        backend.close();
    }

    /** The reference gives its directions; everything else is computed as a run does it, in float. */
    @Test
    void shouldFollowTheReferenceWhenDirectionsAreGiven() throws IOException {
        JsonNode reference = new ObjectMapper().readTree(SharedFiles.at("reference/optim/mezo.json").toFile());
        double epsilon = reference.path("eps").asDouble();
        float[] theta = floats(reference.path("theta0"));
        for (JsonNode step : reference.path("steps")) {
            float[] z = floats(step.path("z"));
            move(theta, z, (float) epsilon);
            double plus = loss(reference, theta);
            assertEquals(step.path("loss_plus").asDouble(), plus, 1e-3 * plus);
            move(theta, z, -2 * (float) epsilon);
            double slope = ForwardTrainer.slope(plus, loss(reference, theta), epsilon);
            double expected = step.path("projected_grad").asDouble();
            assertEquals(expected, slope, 1e-3 * Math.abs(expected) + 1e-3);
            move(theta, z, (float) epsilon - (float) (reference.path("lr").asDouble() * slope));
            for (int i = 0; i < theta.length; i++) {
                double after = step.path("theta_after").get(i).asDouble();
                assertEquals(after, theta[i], 1e-3 * Math.max(1, Math.abs(after)), "element " + i);
            }
        }
    }

    private static void move(float[] theta, float[] z, float far) {
        for (int i = 0; i < theta.length; i++) {
            theta[i] = Math.fma(far, z[i], theta[i]);
        }
    }

    private static double loss(JsonNode reference, float[] theta) {
        double sum = 0;
        for (int i = 0; i < theta.length; i++) {
            double off = theta[i] - reference.path("c").get(i).asDouble();
            sum += 0.5 * reference.path("a").get(i).asDouble() * off * off + 0.1 * Math.sin(3.0 * theta[i]);
        }
        return sum;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    /** Names and colours that the base has read otherwise. */
    private static List<TrainingSample> samples() {
        List<TrainingSample> samples = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            samples.add(TrainingSample.Chat.of("Colour of " + (char) ('A' + i % 8) + "?", "red"));
        }
        return samples;
    }

    private TuningRun open(double learningRate, int epochs, ValidationSettings validation, List<TuningEvent> events) {
        ExampleEncoder encoder = ExampleEncoder.of(lessons.base(), 128);
        TuningSettings settings = new TuningSettings(LoraSettings.ofAllTargets(4, 8, 4), learningRate,
                LearningRateDecay.CONSTANT, 0.1, epochs, 2048, 0, 5, 5.0, 7, 0.2, lessons.settings().gate(), 4,
                TuningOptimizer.MEZO, validation, 0);
        return TuningRun.open(lessons.base(), TuningSet.of(samples(), encoder, 0.2, 4), settings, backend, directory,
                events::add);
    }

    private static Evaluation finish(TuningRun run, int tokensMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, Long.MAX_VALUE) > 0, "a slice did nothing");
        }
        run.store();
        return run.evaluation().orElseThrow();
    }

    @Test
    void shouldLearnWithForwardPassesAlone() throws IOException {
        List<TuningEvent> events = new ArrayList<>();
        TuningRun run = open(2e-3, 300, ValidationSettings.NONE, events);
        Evaluation evaluation = finish(run, 4096);
        assertTrue(evaluation.tunedHeldOutLoss() < evaluation.baseHeldOutLoss() - 0.5, evaluation.toString());
        assertEquals(run.steps(), run.stepCount());
        long bytes = Files.size(directory.resolve("run.steps"));
        assertTrue(bytes < 16L * run.steps() + 1500, bytes + " bytes of " + run.steps() + " steps");
    }

    @Test
    void shouldEndWithTheSameBitsWhenItIsStoppedAnywhereAndMadeAgainFromItsLog() {
        ValidationSettings validation = new ValidationSettings(3, 2, 100);
        Evaluation whole = finish(open(5e-3, 30, validation, new ArrayList<>()), 4096);
        Path first = directory;
        for (int slices = 5; slices < 300; slices = slices * 3 / 2) {
            directory = first.resolve("stopped-" + slices);
            TuningRun stopped = open(5e-3, 30, validation, new ArrayList<>());
            for (int i = 0; i < slices && !stopped.done(); i++) {
                stopped.slice(100, Long.MAX_VALUE);
            }
            if (slices % 2 == 0) {
                stopped.keep();
            }
            stopped.cancel();
            TuningRun resumed = open(5e-3, 30, validation, new ArrayList<>());
            int from = resumed.stepCount();
            assertEquals(whole, finish(resumed, 200), "stopped after " + slices + " slices, going on at " + from);
        }
    }

    @Test
    void shouldGoBackToASoundStateWhenTheLossIsNotANumber() {
        TuningRun run = open(1e38, 30, ValidationSettings.NONE, new ArrayList<>());
        String why = String.join("; ", finish(run, 4096).refusals());
        assertTrue(why.contains("expected numbers; the adapter is kept as of step 0"), why);
        assertEquals(AdaptedModel.first(lessons.base(), LoraSettings.ofAllTargets(4, 8, 4), backend).fingerprint(),
                run.adapter().fingerprint());
    }

    @Test
    void shouldNeitherMakeRoomForGradientsNorForMoments() {
        AdaptedModel adapted = AdaptedModel.withoutGradients(
                lessons.base(), LoraSettings.ofAllTargets(4, 8, 4), backend);
        assertEquals(0, adapted.parameters().stream().mapToInt(one -> one.gradients().values().length).sum());
        assertEquals(0, new TrainingState(adapted.parameters(), TuningOptimizer.MEZO).momentBytes());
    }

    @Test
    void shouldRefuseALogThatIsDamagedOrOfAnotherRun() throws IOException {
        long seed = System.nanoTime();
        Path file = directory.resolve("run.steps");
        StepLog log = new StepLog(file, "one run");
        log.add(new StepLog.Step(1, Direction.seed(1, 1), 0.5f));
        log.add(new StepLog.Validated(1, 2.5));
        log.take(null);
        log.save();
        Parameter[] parameters = {Parameter.zeros("w", 2, 3, true)};
        ForwardTrainer trainer = new ForwardTrainer(null, List.of(parameters), new OptimizerSettings(
                LearningRateSchedule.constant(1), 0, 0, 1e-3, 0, 0), new ScalarTrainingKernels(), 1, log);
        new StepLog(file, "one run").resume(trainer, () -> { });
        assertEquals(1, trainer.state().step());
        assertEquals(-0.5 * Direction.at(Direction.seed(1, 1), 0), parameters[0].values().values()[0], 1e-6);
        String other = assertThrows(QuernException.class,
                () -> new StepLog(file, "another").resume(trainer, () -> { })).getMessage();
        assertTrue(other.contains("run is one run, expected another"), other);
        byte[] whole = Files.readAllBytes(file);
        int at = new SplittableRandom(seed).nextInt(whole.length);
        whole[at] ^= 4;
        Files.write(file, whole);
        assertThrows(QuernException.class, () -> new StepLog(file, "one run").resume(trainer, () -> { }),
                "byte " + at + ", seed " + seed);
    }
}
