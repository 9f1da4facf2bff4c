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
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.LearningRateDecay;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.LoadedModel;
import quern.tuning.TrainingSample.Chat;
import quern.tuning.TrainingSample.Pair;
import quern.tuning.preference.PreferenceLoss;

/** Runs that learn from pairs, from their first step to the gate. */
class PreferenceRunTest {

    private static final String[] THINGS = {"lamp", "boat", "clock", "river", "ladder", "forest", "kettle", "basket"};
    private static final String[] FORMS = {"What is a %s?", "Where is the %s?", "Who has a %s?"};

    @TempDir
    private static Path shared;

    private static Backend backend;
    private static LoadedModel base;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainTheBase() {
        ComputeTeam team = new ComputeTeam(2);
        backend = new Backend(
                new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
        List<TrainingSample> read = new ArrayList<>();
        pairs().forEach(pair -> read.addAll(List.of(pair.chosen(), pair.rejected())));
        base = TinyModels.trained(TinyModels.shape(2, 32), read, 30, backend, shared);
    }

    @AfterAll
    static void close() {
        base.close();
        backend.close();
    }

    private static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (String thing : THINGS) {
            for (String form : FORMS) {
                String question = form.formatted(thing);
                pairs.add(new Pair(Chat.of(question, "Yes, gladly."), Chat.of(question, "No, not now.")));
            }
        }
        return pairs;
    }

    private static PreferenceLoss loss(PreferenceLoss.Kind kind) {
        return kind == PreferenceLoss.Kind.DPO ? PreferenceLoss.dpo(0.1) : PreferenceLoss.simpo(2, 1);
    }

    private static TuningSettings settings(int epochs, PreferenceLoss loss) {
        return new TuningSettings(LoraSettings.ofAllTargets(8, 16, 4), 2e-3, LearningRateDecay.COSINE, 0.1, epochs,
                600, 0, 2, 1.0, 3, 0.2, new GateLimits(0.05, 0.5, 5.0), 4, TuningOptimizer.ADAMW,
                new ValidationSettings(4, 0, 10), 0, Optional.of(loss));
    }

    private TuningRun open(List<? extends TrainingSample> samples, TuningSettings settings, List<TuningEvent> events) {
        TuningSet set = TuningSet.of(List.copyOf(samples), ExampleEncoder.of(base, 128), settings.heldOutShare(),
                settings.seed());
        return TuningRun.open(base, set, settings, backend, directory, events::add);
    }

    private static Evaluation finish(TuningRun run, int tokensMax, long nanosMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, nanosMax) > 0, "a slice did nothing");
        }
        run.store();
        return run.evaluation().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(PreferenceLoss.Kind.class)
    void shouldEndWithTheSameBitsWhenStoppedResumedAndCutInOtherSlices(PreferenceLoss.Kind kind) {
        List<TuningEvent> events = new ArrayList<>();
        Evaluation whole = finish(open(pairs(), settings(2, loss(kind)), events), 4096, Long.MAX_VALUE);
        directory = directory.resolve("again");
        TuningRun stopped = open(pairs(), settings(2, loss(kind)), new ArrayList<>());
        while (stopped.stepCount() < 5) {
            stopped.slice(40, 200_000);
        }
        stopped.cancel();
        List<TuningEvent> after = new ArrayList<>();
        TuningRun resumed = open(pairs(), settings(2, loss(kind)), after);
        assertEquals(3, resumed.stepCount());
        assertEquals(whole, finish(resumed, 100, 0));
        List<TuningEvent> expected = events.stream().filter(TuningEvent.Validated.class::isInstance).toList();
        assertTrue(expected.size() > 1, events.toString());
        assertEquals(expected, after.stream().filter(TuningEvent.Validated.class::isInstance).toList());
    }

    @ParameterizedTest
    @EnumSource(PreferenceLoss.Kind.class)
    void shouldPassTheGateWhenWhatIsPreferredIsLearnt(PreferenceLoss.Kind kind) throws IOException {
        List<TuningEvent> events = new ArrayList<>();
        Evaluation evaluation = finish(open(pairs(), settings(6, loss(kind)), events), 500, Long.MAX_VALUE);
        assertTrue(evaluation.passed(), evaluation.toString());
        assertTrue(evaluation.heldOutExamples() > 0, evaluation.toString());
        JsonNode stored =
                new ObjectMapper().readTree(directory.resolve(Evaluation.NAME).toFile()).path("preference");
        assertEquals(evaluation.heldOutExamples(), stored.path("pairs").asInt());
        assertEquals(1.0, stored.path("accuracy").asDouble());
        assertEquals(evaluation.tunedHeldOutLoss(), stored.path("loss").asDouble());
        assertTrue(stored.path("margin").asDouble() > stored.path("base_margin").asDouble(), stored.toString());
        if (kind == PreferenceLoss.Kind.DPO) {
            assertEquals(0.5, stored.path("base_accuracy").asDouble());
            assertEquals(Math.log(2), evaluation.baseHeldOutLoss(), 1e-12);
        }
        TuningEvent.Validated last = (TuningEvent.Validated) events.stream()
                .filter(TuningEvent.Validated.class::isInstance).toList().getLast();
        assertEquals(evaluation.tunedHeldOutLoss(), last.loss());
        List<String> log = Files.readAllLines(directory.resolve("losses.jsonl"));
        JsonNode first = new ObjectMapper().readTree(log.getFirst());
        assertTrue(first.path("pairs").asInt() > 0 && first.has("margin") && first.has("accuracy"), first.toString());
    }

    @Test
    void shouldRefuseSamplesOfAnotherKindThanWhatIsLearnt() {
        TuningSettings dpo = settings(1, PreferenceLoss.dpo(0.1));
        assertThrows(QuernException.class, () -> open(List.of(Chat.of("a", "b"), Chat.of("c", "d")), dpo, List.of()));
        TuningSettings plain = new TuningSettings(dpo.lora(), 1e-3, 1, 512, 0, 5, 1.0, 4, 0.2, dpo.gate(), 4);
        assertThrows(QuernException.class, () -> open(pairs(), plain, List.of()));
        TuningSettings forward = new TuningSettings(dpo.lora(), 1e-3, LearningRateDecay.COSINE, 0.1, 1, 512, 0, 5, 1.0,
                4, 0.2, dpo.gate(), 4, TuningOptimizer.MEZO, ValidationSettings.NONE, 0,
                dpo.preference());
        assertThrows(QuernException.class, () -> open(pairs(), forward, List.of()));
    }
}
