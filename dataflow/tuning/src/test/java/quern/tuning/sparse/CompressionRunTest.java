package quern.tuning.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.tuning.AdapterFile;
import quern.tuning.Evaluation;
import quern.tuning.FirstDraws;
import quern.tuning.Lessons;

/** An adapter that has learnt colours, made ternary: its loss, its file, and ways in which the file can be wrong. */
class CompressionRunTest {

    private static final int EPOCHS = 6;
    private static final long SEED = Long.getLong("seed", 20261122);

    @TempDir
    private static Path shared;

    private static Backend backend;
    private static Lessons lessons;

    @TempDir
    private Path directory;

    @BeforeAll
    static void train() {
        ComputeTeam team = new ComputeTeam(2);
        backend = new Backend(
                new VectorKernels(team), new VectorTrainingKernels(team, VectorKernels::unpack), team, "vector");
        lessons = Lessons.learnt(backend, shared);
        System.out.println("seed " + SEED);
    }

    @AfterAll
    static void close() {
        lessons.base().close();
        backend.close();
    }

    private static CompressionSettings settings(OptionalDouble density, double lossIncreaseMax) {
        return new CompressionSettings(lessons.settings(), density, lossIncreaseMax, EPOCHS);
    }

    private CompressionRun run(CompressionSettings settings, List<CompressionEvent> events) {
        return new CompressionRun(lessons.base(), lessons.adapter(), settings, lessons.set(), backend, directory,
                events::add);
    }

    private static CompressionRun finished(CompressionRun run, int tokensMax) {
        while (!run.done()) {
            assertTrue(run.slice(tokensMax, Long.MAX_VALUE) > 0, "a slice did nothing");
        }
        return run;
    }

    private static TernaryAdapter sparse(double density) {
        return TernaryAdapter.of(lessons.adapter(), lessons.settings().lora(), density, 1);
    }

    private static QuernException refused(byte[] bytes, LoadedModel base) {
        return assertThrows(QuernException.class, () -> TernaryFile.of(bytes, base));
    }

    @Test
    void shouldFindADensityWithinTheLimitAndWriteAFileThatReadsBackBitForBit() throws IOException {
        List<CompressionEvent> events = new ArrayList<>();
        CompressionRun run = finished(run(settings(OptionalDouble.empty(), 0.01), events), 300);
        System.out.println("loss " + run.originalLoss() + ", " + run.measured());
        Evaluation evaluation = run.evaluation().orElseThrow();
        assertTrue(evaluation.passed(), evaluation.toString());
        double limit = run.originalLoss() * 1.01;
        assertTrue(evaluation.tunedHeldOutLoss() <= limit, evaluation + ", limit " + limit);
        assertEquals(run.choice().orElseThrow().loss(), evaluation.tunedHeldOutLoss());
        TernaryAdapter read = TernaryFile.read(directory, lessons.base());
        assertEquals(run.adapter(), read);
        assertEquals(evaluation.adapterFingerprint(), read.expand().fingerprint());
        long peft;
        try (Stream<Path> files = Files.list(lessons.peft())) {
            peft = files.mapToLong(file -> file.toFile().length()).sum();
        }
        long ternary = Files.size(directory.resolve(TernaryFile.NAME));
        System.out.println(run.measured() + " of " + run.originalLoss() + ": " + ternary + " of " + peft + " bytes");
        assertTrue(ternary * 8 <= peft, ternary + " bytes, PEFT " + peft);
        assertEquals(1, events.stream().filter(CompressionEvent.Evaluating.class::isInstance).count());
        assertEquals(run.measured().size(),
                events.stream().filter(CompressionEvent.Measured.class::isInstance).count());
    }

    @Test
    void shouldGiveTheSameNumbersAsTheSameAdapterWrittenAsPeft() {
        TernaryFile.write(directory, sparse(0.2), lessons.base());
        LoraWeights expanded = TernaryFile.read(directory, lessons.base()).expand();
        AdapterFile.write(directory, expanded, lessons.settings().lora(), lessons.base().shape(), "tiny");
        assertEquals(expanded.fingerprint(),
                AdapterFile.read(directory, lessons.base().shape()).weights().fingerprint());
    }

    @Test
    void shouldMakeTheSameFileWhenCancelledBegunAgainAndCutInOtherSlices() throws IOException {
        CompressionSettings settings = settings(OptionalDouble.of(0.2), 10);
        finished(run(settings, new ArrayList<>()), 4096);
        byte[] whole = Files.readAllBytes(directory.resolve(TernaryFile.NAME));
        directory = directory.resolve("again");
        CompressionRun stopped = run(settings, new ArrayList<>());
        while (stopped.measured().isEmpty()) {
            stopped.slice(200, 0);
        }
        stopped.cancel();
        assertTrue(stopped.done());
        assertEquals(0, stopped.slice(4096, Long.MAX_VALUE));
        assertFalse(Files.exists(directory));
        finished(run(settings, new ArrayList<>()), 100);
        assertArrayEquals(whole, Files.readAllBytes(directory.resolve(TernaryFile.NAME)));
    }

    @Test
    void shouldWriteNothingWhenNoDensityIsWithinTheLimit() {
        CompressionRun run = finished(run(settings(OptionalDouble.of(0.01), 0), new ArrayList<>()), 4096);
        assertTrue(run.fruitless());
        assertTrue(run.evaluation().isEmpty());
        assertTrue(run.nearest().orElseThrow().loss() > run.originalLoss(), run.measured().toString());
        assertFalse(Files.exists(directory.resolve(TernaryFile.NAME)));
    }

    @Test
    void shouldRefuseToCompressWhenThereIsNothingToMeasureOn() {
        assertThrows(QuernException.class, () -> new CompressionRun(lessons.base(), lessons.adapter(),
                settings(OptionalDouble.empty(), 0.01), lessons.withoutHeldOut(), backend, directory, event -> { }));
    }

    @Test
    void shouldRefuseTheFileWhenAnyByteIsFlippedOrItIsCutOrLonger() {
        byte[] whole = TernaryFile.bytes(sparse(0.02), lessons.base());
        assertEquals(sparse(0.02), TernaryFile.of(whole, lessons.base()));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) random.nextInt(1, 256);
            refused(damaged, lessons.base());
        }
        for (int length = 0; length < whole.length; length += 1 + random.nextInt(40)) {
            refused(java.util.Arrays.copyOf(whole, length), lessons.base());
        }
        refused(java.util.Arrays.copyOf(whole, whole.length + 1), lessons.base());
    }

    /** With the checksum made to fit, so that what it guards is looked at. */
    @Test
    void shouldRefuseOrReadTheSameNumbersWhenAByteIsFlippedAndTheChecksumIsForged() {
        byte[] whole = TernaryFile.bytes(sparse(0.02), lessons.base());
        String numbers = sparse(0.02).expand().fingerprint();
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (int i = 12; i < whole.length - 4; i += 1 + random.nextInt(6)) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << random.nextInt(8));
            CRC32C crc = new CRC32C();
            crc.update(damaged, 0, damaged.length - 4);
            ByteBuffer.wrap(damaged).putInt(damaged.length - 4, (int) crc.getValue());
            try {
                assertEquals(numbers, TernaryFile.of(damaged, lessons.base()).expand().fingerprint(), "byte " + i);
            } catch (QuernException refused) {
                assertFalse(refused.getMessage().isEmpty());
            }
        }
    }

    @Test
    void shouldNameBothBasesWhenTheAdapterBelongsToAnother() throws IOException {
        TernaryFile.write(directory, sparse(0.1), lessons.base());
        try (LoadedModel other = Lessons.untrained(backend, directory.resolve("other"))) {
            String message = assertThrows(QuernException.class,
                    () -> TernaryFile.read(directory, other)).getMessage();
            assertTrue(message.contains(lessons.base().fingerprint()) && message.contains(other.fingerprint())
                    && message.contains(TernaryFile.NAME), message);
        }
    }

    @Test
    void shouldKeepTheLargestElementsWithTheirMeanAsScale() {
        Rows matrix = new Rows(new float[] {0, -4, 1, 2, -2, 0, 0.5f, 3}, 2, 4);
        TernaryTensor half = TernaryTensor.of(matrix, 0.5);
        assertArrayEquals(new int[] {1, 3, 4, 7}, half.places());
        assertEquals(2.75f, half.scale());
        Rows made = new Rows(2, 4);
        half.addTo(made);
        assertArrayEquals(new float[] {0, -2.75f, 0, 2.75f, -2.75f, 0, 0, 2.75f}, made.values());
        assertArrayEquals(new int[] {1, 3, 7}, TernaryTensor.of(matrix, 0.375).places());
        assertEquals(6, TernaryTensor.of(matrix, 1).places().length);
        assertEquals(0, TernaryTensor.of(new Rows(2, 2), 1).scale());
    }

    @Test
    void shouldDrawWhatTheLibraryDrawsWhenGivenASeed() {
        SplittableRandom library = new SplittableRandom(SEED);
        Rows rows = new Rows(7, 48);
        new FirstDraws(SEED).fill(rows);
        double bound = 1 / Math.sqrt(48);
        for (float value : rows.values()) {
            assertEquals((float) library.nextDouble(-bound, bound), value);
        }
        Rows known = new Rows(1, 4);
        new FirstDraws(4).fill(known);
        assertArrayEquals(KNOWN, known.values());
    }

    private static final float[] KNOWN = {-0.0685441792f, 0.392406851f, 0.35911715f, -0.00822573621f};

    @Test
    void shouldHalveTheListOfDensitiesAndRefineWhereNoGainIsGoodEnough() {
        DensityChoice choice = new DensityChoice(OptionalDouble.empty(), true, 1.0);
        List<Double> densities = new ArrayList<>();
        while (choice.next().isPresent()) {
            DensityChoice.Candidate next = choice.next().get();
            densities.add(next.density());
            choice.measured(next.refined() && next.density() >= 0.15 ? 0.9 : 1.3 + Math.abs(next.gain() - 1.15));
        }
        assertEquals(new DensityChoice.Candidate(0.15, 1.15f, true), choice.chosen().orElseThrow().candidate());
        assertTrue(densities.size() <= choice.steps(), densities.toString());
        DensityChoice hopeless = new DensityChoice(OptionalDouble.empty(), false, 1.0);
        while (hopeless.next().isPresent()) {
            assertFalse(hopeless.next().get().refined());
            hopeless.measured(Double.NaN);
        }
        assertTrue(hopeless.chosen().isEmpty());
        DensityChoice fixed = new DensityChoice(OptionalDouble.of(0.3), true, 1.0);
        for (double loss : new double[] {1.2, 0.9}) {
            fixed.measured(loss);
        }
        assertTrue(fixed.next().isEmpty());
        assertEquals(new DensityChoice.Candidate(0.3, 1.15f, false), fixed.chosen().orElseThrow().candidate());
    }

    @Test
    void shouldRefuseSettingsThatMeanNothing() {
        for (double density : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> settings(OptionalDouble.of(density), 0.01));
        }
        assertThrows(IllegalArgumentException.class, () -> settings(OptionalDouble.empty(), Double.NaN));
    }
}
