package quern.tuning.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.ComputeTeam;
import quern.gpu.tensor.Rows;
import quern.gpu.vector.VectorKernels;
import quern.gpu.vector.VectorTrainingKernels;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.tuning.AdapterFile;
import quern.tuning.Evaluation;
import quern.tuning.Lessons;

/** An adapter that has learnt colours, merged with itself or next to nothing, where it is known what must come out. */
class MergeRunTest {

    @TempDir
    private static Path shared;

    private static Backend backend;
    private static Lessons lessons;

    @TempDir
    private Path directory;

    private final List<MergeEvent> events = new ArrayList<>();

    @BeforeAll
    static void train() {
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

    private MergeRun run(double other, OptionalDouble drop, OptionalInt rank) {
        return new MergeRun(lessons.base(), List.of(new Ingredient("one", lessons.adapter(), 1 - other),
                new Ingredient("two", lessons.adapter(), other)), new MergeSettings(drop, 7, rank,
                lessons.settings().gate()), lessons.set().heldOut(), backend, directory.resolve("adapter"),
                events::add);
    }

    private static MergeRun finished(MergeRun run, int tokensMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, Long.MAX_VALUE) > 0, "a slice did nothing");
        }
        return run;
    }

    @Test
    void shouldPassTheGateWithWhatItWasMadeOfWhenBothAreTheSame() {
        MergeRun run = finished(run(0.5, OptionalDouble.empty(), OptionalInt.of(16)), 200);
        Evaluation evaluation = run.evaluation().orElseThrow();
        assertTrue(evaluation.passed(), evaluation.toString());
        assertEquals(run.losses().get(0), run.losses().get(1));
        assertEquals(run.losses().get(0), evaluation.tunedHeldOutLoss(), 1e-3);
        assertTrue(run.lost() < 1e-9, "lost " + run.lost());
        AdapterFile.Loaded read = AdapterFile.read(run.directory(), lessons.base().shape());
        assertEquals(16, read.settings().rank());
        assertEquals(evaluation.adapterFingerprint(), read.weights().fingerprint());
        assertTrue(Files.exists(directory.resolve(Evaluation.NAME)));
        assertEquals(List.of("Measured", "Measured", "Evaluating", "Evaluated"),
                events.stream().map(event -> event.getClass().getSimpleName()).toList());
    }

    @Test
    void shouldBeRefusedWhenTheSumIsNearlyNothing() {
        MergeRun run = finished(new MergeRun(lessons.base(), List.of(new Ingredient("one", lessons.adapter(), 1),
                new Ingredient("two", lessons.adapter(), -0.999)), new MergeSettings(OptionalDouble.empty(), 0,
                OptionalInt.empty(), lessons.settings().gate()), lessons.set().heldOut(), backend,
                directory.resolve("adapter"), events::add), 4096);
        assertEquals(32, run.weights().rank());
        assertFalse(run.evaluation().orElseThrow().passed());
    }

    @Test
    void shouldMakeTheSameFileWhenBegunAgainAndCutInOtherSlices() throws IOException {
        finished(run(0.3, OptionalDouble.of(0.5), OptionalInt.of(10)), 4096);
        Path file = directory.resolve("adapter").resolve("adapter_model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        Files.delete(file);
        MergeRun stopped = run(0.3, OptionalDouble.of(0.5), OptionalInt.of(10));
        stopped.slice(50, 0);
        stopped.cancel();
        assertTrue(stopped.done());
        assertEquals(0, stopped.slice(4096, Long.MAX_VALUE));
        assertFalse(Files.exists(file));
        MergeRun again = finished(run(0.3, OptionalDouble.of(0.5), OptionalInt.of(10)), 60);
        assertArrayEquals(whole, Files.readAllBytes(file));
        assertTrue(again.lost() > 0 && again.lost() < 1, "lost " + again.lost());
    }

    @Test
    void shouldSayWhatIsMissingWhenThereIsNothingToMeasureOnOrToMerge() {
        MergeSettings settings = new MergeSettings(
                OptionalDouble.empty(), 0, OptionalInt.empty(), lessons.settings().gate());
        List<Ingredient> one = List.of(new Ingredient("one", lessons.adapter(), 1));
        List<Ingredient> many = new ArrayList<>();
        for (int i = 0; i < 33; i++) {
            many.addAll(one);
        }
        assertTrue(refusal(many, settings, true).contains("rank 528 together"));
        assertTrue(refusal(one, settings, true).contains("at least 2"));
        assertTrue(refusal(List.of(one.getFirst(), one.getFirst()), settings, false).contains("no held-out example"));
    }

    @Test
    void shouldNameTheAdapterWhenOneHasMagnitudes() {
        SortedMap<String, Pair> targets = new TreeMap<>(lessons.adapter().targets());
        Pair pair = targets.firstEntry().getValue();
        targets.put(targets.firstKey(), new Pair(pair.a(), pair.b(), Optional.of(new Rows(pair.b().count(), 1))));
        LoraWeights dora = new LoraWeights(lessons.adapter().rank(), lessons.adapter().scale(), targets);
        String refusal = refusal(List.of(new Ingredient("one", lessons.adapter(), 1), new Ingredient("two", dora, 1)),
                new MergeSettings(OptionalDouble.empty(), 0, OptionalInt.empty(), lessons.settings().gate()), true);
        assertTrue(refusal.contains("'two' is DoRA"), refusal);
    }

    private String refusal(List<Ingredient> parts, MergeSettings settings, boolean heldOut) {
        return assertThrows(QuernException.class, () -> new MergeRun(lessons.base(), parts, settings,
                (heldOut ? lessons.set() : lessons.withoutHeldOut()).heldOut(), backend, directory,
                events::add)).getMessage();
    }
}
