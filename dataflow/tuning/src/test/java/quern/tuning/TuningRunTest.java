package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.LoadedModel;
import quern.inference.grammar.GrammarLimits;
import quern.inference.transformer.LoraWeights;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckFile;
import quern.tuning.gate.CheckLimits;
import quern.tuning.gate.CheckScore;
import quern.tuning.gate.LeakLimits;
import quern.tuning.gate.LeakScore;

/** Whole runs on a model that has read other answers to such questions, and is to learn new ones. */
class TuningRunTest {

    private static final String[] NAMES = {"A", "B", "C", "D", "E", "F", "G", "H"};
    private static final String[] COLOURS = {"red", "blue", "gold", "green", "pink", "grey", "lime", "black"};
    private static final String[] FORMS = {
        "Colour of %s?", "What has %s?", "And %s?", "Say: %s?", "Now %s?", "For %s?"
    };

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
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 600; i++) {
            int name = random.nextInt(8);
            read.add(sample(name, (name * 5 + 2) % 8, random.nextInt(6)));
        }
        base = TinyModels.trained(TinyModels.shape(2, 64), read, 200, backend, shared);
    }

    @AfterAll
    static void close() {
        base.close();
        backend.close();
    }

    private static TrainingSample sample(int name, int colour, int form) {
        return TrainingSample.Chat.of(String.format(FORMS[form], NAMES[name]), COLOURS[colour]);
    }

    /** Every name has its colour, asked for in every form. */
    private static List<TrainingSample> facts() {
        List<TrainingSample> samples = new ArrayList<>();
        for (int name = 0; name < NAMES.length; name++) {
            for (int form = 0; form < FORMS.length; form++) {
                samples.add(sample(name, (name * 3 + 1) % 8, form));
            }
        }
        return samples;
    }

    /** The same questions and answers, but which belong together is chance. */
    private static List<TrainingSample> permuted() {
        List<TrainingSample> samples = new ArrayList<>();
        List<Integer> colours = new ArrayList<>();
        for (int i = 0; i < NAMES.length * FORMS.length; i++) {
            colours.add(i % 8);
        }
        Collections.shuffle(colours, new Random(9));
        for (int i = 0; i < colours.size(); i++) {
            samples.add(sample(i / FORMS.length, colours.get(i), i % FORMS.length));
        }
        return samples;
    }

    private static TuningSettings settings(double learningRate, int epochs) {
        return new TuningSettings(
                LoraSettings.ofAllTargets(16, 32, 4), learningRate, epochs, 512, 0, 5, 1.0, 4, 0.2,
                new GateLimits(0.05, 0.5, 1.0), 4);
    }

    private TuningRun open(List<TrainingSample> samples, TuningSettings settings, List<TuningEvent> events) {
        TuningSet set = TuningSet.of(
                samples, ExampleEncoder.of(base, 128), settings.heldOutShare(), settings.seed());
        return TuningRun.open(base, set, settings, backend, directory, events::add);
    }

    private static Evaluation finish(TuningRun run, int tokensMax) {
        return finish(run, tokensMax, Long.MAX_VALUE);
    }

    private static Evaluation finish(TuningRun run, int tokensMax, long nanosMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, nanosMax) > 0, "a slice did nothing");
        }
        run.store();
        return run.evaluation().orElseThrow();
    }

    @Test
    void shouldPassTheGateWhenFactsAreLearnt() throws IOException {
        List<TuningEvent> events = new ArrayList<>();
        TuningRun run = open(facts(), settings(5e-3, 30), events);
        Evaluation evaluation = finish(run, 300);
        assertTrue(evaluation.passed(), evaluation.toString());
        assertEquals(13, evaluation.heldOutExamples());
        assertEquals(run.steps() + 2, events.stream().filter(event -> !(event instanceof TuningEvent.Saved)).count());
        JsonNode stored = new ObjectMapper().readTree(directory.resolve("evaluation.json").toFile());
        assertEquals(evaluation.details().toString(), stored.toString());
        assertEquals(13, stored.path("held_out_sha256").size());
        assertEquals(run.steps(), Files.readAllLines(directory.resolve("losses.jsonl")).size());
        LoraWeights read = AdapterFile.read(run.adapterDirectory(), base.shape()).weights();
        assertEquals(run.adapter().fingerprint(), read.fingerprint());
        assertEquals(evaluation.adapterFingerprint(), read.fingerprint());
    }

    private static Check check(String question, String expectation) throws IOException {
        String line = "{\"query\": \"" + question + "\", \"max_tokens\": 8, " + expectation + "}";
        return new CheckFile(new GrammarLimits(1 << 14, 1 << 14), 10)
                .read(new BufferedReader(new StringReader(line)), "checks").getFirst();
    }

    private Evaluation judged(List<Check> checks, CheckLimits limits, List<String> general) {
        TuningSettings plain = settings(5e-3, 30);
        TuningSettings settings = new TuningSettings(
                plain.lora(), plain.learningRate(), 30, 512, 0, 5, 1.0, 1000, 0.2,
                new GateLimits(0.05, 0.5, 100, limits), 4);
        ExampleEncoder encoder = ExampleEncoder.of(base, 128);
        TuningSet set = TuningSet.of(facts(), encoder, 0.2, 4).with(checks, general, encoder);
        return finish(TuningRun.open(base, set, settings, backend, directory, event -> { }), 300);
    }

    @Test
    void shouldPutChecksToBaseAndAdapterWhenTheyAreGiven() throws IOException {
        List<Check> checks = List.of(
                check("Colour of A?", "\"exact\": \"" + COLOURS[1] + "\""),
                check("What has B?", "\"regex\": \"^" + COLOURS[4] + "$\""),
                check("And C?", "\"contains\": \"" + COLOURS[(2 * 5 + 2) % 8] + "\""),
                check("Say: D?", "\"json_schema\": {\"type\": \"object\"}"));
        Evaluation evaluation = judged(checks, new CheckLimits(0.5, 0), List.of("Colour of A? Say: B?"));
        CheckScore score = CheckScore.of(evaluation.checks());
        // The base has read another colour for C; nobody writes documents.
        assertEquals(new CheckScore(4, 2, Optional.of(1), 1), score, () -> evaluation.details().toPrettyString());
        assertFalse(evaluation.passed());
        assertEquals(List.of("1 checks lost that the base passes, expected at most 0"), evaluation.refusals());
        assertEquals(COLOURS[1], evaluation.details().at("/checks/0/answer/text").asText());
        assertEquals(COLOURS[4], evaluation.checks().get(2).base().orElseThrow().text());
        assertTrue(evaluation.generalTokens() < 100, () -> evaluation.generalTokens() + " general tokens");
        JsonNode stored = new ObjectMapper().readTree(directory.resolve("evaluation.json").toFile());
        assertEquals(evaluation.details().toString(), stored.toString());
        assertFalse(evaluation.toJson().toString().contains("What has B?"));
    }

    @Test
    void shouldFindLeaksWhenTextsAreLearntByHeart() {
        List<TrainingSample> texts = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 12; i++) {
            StringBuilder answer = new StringBuilder();
            for (int c = 0; c < 9; c++) {
                answer.append((char) ('a' + random.nextInt(3)));
            }
            texts.add(TrainingSample.Chat.of("Key " + i + "?", answer.toString()));
        }
        ExampleEncoder encoder = ExampleEncoder.of(base, 128);
        TuningSet set = TuningSet.of(texts, encoder, 0.3, 6).probed(8, 2, encoder);
        int examples = set.training().size();
        TuningSettings settings = new TuningSettings(LoraSettings.ofAllTargets(16, 32, 4), 5e-3, 200, 256, 0, 5, 1.0,
                1000, 0.3, new GateLimits(-100, 0, 100, CheckLimits.DEFAULT,
                        new LeakLimits(Optional.of(4.0), Optional.of(0.1), Optional.empty())), 6);
        Evaluation evaluation = finish(TuningRun.open(
                base, set, settings, backend, directory, event -> { }), 300);
        LeakScore score = evaluation.leaks().orElseThrow();
        String shown = score.toJson().toString();
        int heldOut = set.heldOut().examples().size();
        assertTrue(heldOut >= 1 && heldOut <= 4, heldOut + " of 12 are held out");
        assertEquals(12 - heldOut + 2, examples);
        assertEquals(8, score.prefixes(), shown);
        assertEquals(0, score.baseExtracted(), shown);
        assertTrue(score.extracted() >= 1, shown);
        assertTrue(score.membership() > 0.9, shown);
        assertTrue(score.exposures().size() == 2 && score.exposures().stream().allMatch(bits -> bits > 5), shown);
        assertEquals(2, evaluation.refusals().size(), evaluation.refusals()::toString);
    }

    @Test
    void shouldNameTheCheckWhenItsQuestionFillsTheContext() throws IOException {
        Check tooLong = check("x".repeat(200), "\"exact\": \"a\"");
        ExampleEncoder encoder = ExampleEncoder.of(base, 128);
        TuningSet set = TuningSet.of(facts(), encoder, 0.2, 4);
        String message = assertThrows(QuernException.class,
                () -> set.with(List.of(tooLong), List.of(), encoder)).getMessage();
        assertTrue(message.contains("check 'line-1' asks with") && message.contains("expected 1 to 127"), message);
    }

    @Test
    void shouldBeRefusedWhenAnswersArePermuted() {
        Evaluation evaluation = finish(open(permuted(), settings(5e-3, 30), new ArrayList<>()), 512);
        assertFalse(evaluation.passed());
        assertTrue(String.join("; ", evaluation.refusals()).contains("span score"), evaluation.toString());
    }

    @Test
    void shouldBeRefusedWhenTheLearningRateIsAHundredTimesTooHigh() {
        Evaluation evaluation = finish(open(facts(), settings(5e-1, 30), new ArrayList<>()), 512);
        assertFalse(evaluation.passed(), evaluation.toString());
    }

    @Test
    void shouldStopAndGoBackToASoundStateWhenTheLossRunsAway() throws IOException {
        TuningRun run = open(facts(), settings(5, 30), new ArrayList<>());
        String why = String.join("; ", finish(run, 512).refusals());
        assertTrue(why.contains("the loss runs away, 8 steps in a row") && why.contains("learning_rate (5.0, at"), why);
        assertTrue(why.contains("warmup_steps (5, of which") && why.contains("max_grad_norm (1.0)"), why);
        assertTrue(run.stepCount() < 4, "kept is step " + run.stepCount() + ": " + why);
        assertEquals(run.adapter().fingerprint(),
                AdapterFile.read(run.adapterDirectory(), base.shape()).weights().fingerprint());
        for (float value : run.adapter().targets().firstEntry().getValue().b().values()) {
            assertTrue(Math.abs(value) < 50, "a weight of " + value);
        }
    }

    @Test
    void shouldStopAndSayWhatToChangeWhenTheLossIsNotANumber() {
        TuningRun run = open(facts(), settings(1e38, 30), new ArrayList<>());
        String why = String.join("; ", finish(run, 512).refusals());
        assertTrue(why.contains("expected numbers; the adapter is kept as of step ") && why.contains("1.0E38"), why);
        for (float value : run.adapter().targets().firstEntry().getValue().b().values()) {
            assertTrue(Float.isFinite(value), "a weight of " + value);
        }
    }

    @ParameterizedTest
    @EnumSource(TuningOptimizer.class)
    void shouldEndWithTheSameBitsWhenStoppedResumedAndCutInOtherSlices(TuningOptimizer optimizer) {
        TuningSettings given = settings(5e-3, 3);
        TuningSettings settings = new TuningSettings(given.lora(), 1e-3, given.decay(), 0.1, 3, 512, 0, 5, 1.0, 4, 0.2,
                given.gate(), 4, optimizer);
        checkSameBits(settings);
    }

    @Test
    void shouldEndWithTheSameBitsWhenMagnitudesAreTrainedToo() {
        TuningSettings given = settings(5e-3, 3);
        LoraSettings plain = given.lora();
        checkSameBits(new TuningSettings(
                new LoraSettings(plain.rank(), plain.alpha(), false, plain.targets(), 4, true), 1e-3, given.decay(),
                0.1, 3, 512, 0, 5, 1.0, 4, 0.2, given.gate(), 4, TuningOptimizer.ADAMW));
    }

    private void checkSameBits(TuningSettings settings) {
        Evaluation whole = finish(open(facts(), settings, new ArrayList<>()), 4096);
        directory = directory.resolve("again");
        TuningRun stopped = open(facts(), settings, new ArrayList<>());
        while (stopped.stepCount() < 6) {
            stopped.slice(100, 200_000);
        }
        stopped.cancel();
        assertTrue(stopped.done());
        assertEquals(0, stopped.slice(100, 200_000));
        TuningRun resumed = open(facts(), settings, new ArrayList<>());
        assertEquals(4, resumed.stepCount());
        Evaluation parts = finish(resumed, 200, 0);
        assertEquals(whole, parts);
    }

    @Test
    void shouldGoOnWithoutACheckpointAndWriteALaterOneWhenTheDiskIsFullForAWhile() throws IOException {
        TuningSettings settings = settings(5e-3, 8);
        List<TuningEvent> events = new ArrayList<>();
        TuningRun run = open(facts(), settings, events);
        // A directory where the file should be is as good as a disk without room.
        Path inTheWay = Files.createDirectories(directory.resolve("run.checkpoint").resolve("full"));
        while (run.stepCount() < 12 && !run.done()) {
            run.slice(4096, Long.MAX_VALUE);
        }
        assertEquals(1, events.stream().filter(TuningEvent.Unsaved.class::isInstance).count(), events::toString);
        assertThrows(QuernException.class, run::keep);
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        run.keep();
        assertEquals(12, assertInstanceOf(TuningEvent.Saved.class, events.getLast()).step());
        assertEquals(12, open(facts(), settings, new ArrayList<>()).stepCount());
        assertEquals(12, Files.readAllLines(directory.resolve("losses.jsonl")).size());
    }

    @Test
    void shouldMakeStepsWhileAFileIsWrittenAndEndWithTheSameBits() throws Exception {
        TuningSettings settings = settings(5e-3, 8);
        Evaluation whole = finish(open(facts(), settings, new ArrayList<>()), 4096);
        directory = directory.resolve("again");
        Semaphore disk = new Semaphore(0);
        List<Thread> writers = new ArrayList<>();
        TuningSet set = TuningSet.of(facts(), ExampleEncoder.of(base, 128), 0.2, settings.seed());
        TuningRun run = TuningRun.open(base, set, settings, backend, directory,
                task -> writers.add(Thread.ofPlatform().start(() -> {
                    disk.acquireUninterruptibly();
                    task.run();
                })), event -> { });
        while (run.stepCount() < 9 && !run.done()) {
            run.slice(100, Long.MAX_VALUE);
        }
        assertFalse(Files.exists(directory.resolve("run.checkpoint")));
        disk.release(2);
        for (Thread writer : writers) {
            writer.join();
        }
        run.cancel();
        run.close();
        TuningRun resumed = open(facts(), settings, new ArrayList<>());
        assertEquals(8, resumed.stepCount());
        assertEquals(whole, finish(resumed, 60));
    }

    /** An example is taken apart: the smallest slice moves, and no step is made before all of it was seen. */
    @Test
    void shouldGoOnWhenASliceIsSmallerThanAnExample() {
        TuningRun run = open(facts(), settings(5e-3, 1), new ArrayList<>());
        int slices = 0;
        for (; run.stepCount() == 0; slices++) {
            assertEquals(1, run.slice(1, 0));
        }
        assertTrue(slices > 5, slices + " slices");
    }
}
