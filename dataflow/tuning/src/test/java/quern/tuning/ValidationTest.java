package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.LearningRateDecay;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.tuning.TuningEvent.Validated;

/** Runs that are validated while they go on, some on samples that contradict what is learnt. */
class ValidationTest {

    private static final String[] COLOURS = {"red", "blue", "gold", "green"};

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

    private static List<TrainingSample> samples(int shift) {
        List<TrainingSample> samples = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            samples.add(TrainingSample.Chat.of("Colour of " + i + "?", COLOURS[(i + shift) % 4]));
        }
        return samples;
    }

    private TuningRun open(int shift, ValidationSettings validation, List<TuningEvent> events) {
        ExampleEncoder encoder = ExampleEncoder.of(lessons.base(), 128);
        TuningSettings settings = new TuningSettings(LoraSettings.ofAllTargets(16, 32, 4), 5e-3,
                LearningRateDecay.CONSTANT, 0.1, 20, 256, 0, 5, 1.0, 7, 0.2, lessons.settings().gate(), 4,
                TuningOptimizer.ADAMW8BIT, validation, 0);
        TuningSet set = TuningSet.of(samples(0), encoder, 0.4, 4)
                .validated(shift < 0 ? List.of() : samples(shift), encoder);
        return TuningRun.open(lessons.base(), set, settings, backend, directory, events::add);
    }

    private static Evaluation finish(TuningRun run, int tokensMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, Long.MAX_VALUE) > 0, "a slice did nothing");
        }
        run.store();
        return run.evaluation().orElseThrow();
    }

    private static List<Validated> validated(List<TuningEvent> events) {
        return events.stream().flatMap(event -> event instanceof Validated one ? Stream.of(one) : Stream.empty())
                .toList();
    }

    @Test
    void shouldEndEarlyWithTheBestWeightsWhenValidationGetsWorse() {
        List<TuningEvent> events = new ArrayList<>();
        TuningRun run = open(2, new ValidationSettings(2, 3, 100), events);
        finish(run, 300);
        List<Validated> found = validated(events);
        Validated last = found.getLast();
        assertTrue(last.endsEarly(), last::toString);
        assertEquals(last.bestStep() + 3 * 2, last.step());
        assertEquals(last.step(), run.stepCount());
        assertTrue(run.stepCount() < run.steps() / 2, run.stepCount() + " of " + run.steps() + " steps");
        assertEquals(found.stream().mapToDouble(Validated::loss).min().orElseThrow(), last.bestLoss());
        assertEquals(24, open(2, new ValidationSettings(2, 3, 100), events).validationExamples());
        // What it came to is what was measured there: the same number again.
        AdaptedModel kept = new AdaptedModel(lessons.base(), LoraSettings.ofAllTargets(16, 32, 4), backend);
        kept.load(AdapterFile.read(run.adapterDirectory(), lessons.base().shape()).weights());
        ExampleEncoder encoder = ExampleEncoder.of(lessons.base(), 128);
        LossMeter meter = new LossMeter(kept.network(),
                samples(2).stream().flatMap(sample -> encoder.encode(sample).segments().stream()).toList());
        while (!meter.done()) {
            meter.slice(4096, Long.MAX_VALUE);
        }
        assertEquals(last.bestLoss(), meter.mean());
    }

    @Test
    void shouldMeasureTheHeldOutOnesToTheEndAndChangeNothingWhenThereIsNoPatience() {
        List<TuningEvent> events = new ArrayList<>();
        TuningRun run = open(-1, new ValidationSettings(9, 0, 3), events);
        Evaluation measured = finish(run, 100);
        assertEquals(run.steps(), run.stepCount());
        List<Integer> steps = new ArrayList<>(validated(events).stream().map(Validated::step).toList());
        assertEquals(run.steps(), steps.removeLast());
        assertEquals(Math.ceilDiv(run.steps(), 9) - 1, steps.size());
        assertEquals(9, steps.getFirst());
        assertEquals(3, run.validationExamples());
        directory = directory.resolve("again");
        Evaluation plain = finish(open(-1, ValidationSettings.NONE, new ArrayList<>()), 4096);
        assertEquals(plain.adapterFingerprint(), measured.adapterFingerprint());
    }

    @Test
    void shouldEndWithTheSameBitsWhenItIsStoppedAnywhereAndResumed() {
        ValidationSettings validation = new ValidationSettings(2, 4, 100);
        List<TuningEvent> events = new ArrayList<>();
        Evaluation whole = finish(open(2, validation, events), 4096);
        Path first = directory;
        for (int slices = 5; slices < 400; slices = slices * 3 / 2) {
            directory = first.resolve("stopped-" + slices);
            TuningRun stopped = open(2, validation, new ArrayList<>());
            for (int i = 0; i < slices && !stopped.done(); i++) {
                stopped.slice(100, Long.MAX_VALUE);
            }
            if (slices % 2 == 0) {
                stopped.keep();
            }
            stopped.cancel();
            List<TuningEvent> again = new ArrayList<>();
            TuningRun resumed = open(2, validation, again);
            int from = resumed.stepCount();
            assertEquals(whole, finish(resumed, 200), "stopped after " + slices + " slices");
            assertEquals(validated(events).getLast(),
                    validated(again).isEmpty() ? validated(events).getLast() : validated(again).getLast(),
                    "going on at " + from);
        }
    }

    @Test
    void shouldSayThatThereIsNothingToPredictInWhatIsToValidate() {
        ExampleEncoder encoder = ExampleEncoder.of(lessons.base(), 128);
        TuningSet set = TuningSet.of(samples(0), encoder, 0.4, 4);
        String message = assertThrows(QuernException.class,
                () -> set.validated(List.of(new TrainingSample.Text("")), encoder)).getMessage();
        assertTrue(message.contains("none of the 1 samples to validate on has a token"), message);
    }
}
