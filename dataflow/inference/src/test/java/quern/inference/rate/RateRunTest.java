package quern.inference.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quern.config.ApplianceConfig;
import quern.config.BackendConfig;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.fit.ModelFit;
import quern.inference.format.ModelFiles;

class RateRunTest {

    @TempDir
    Path directory;

    private static RateTest test(boolean reads, int tokens, int streams, int depth, boolean shared) {
        return new RateTest(reads, tokens, streams, depth, shared);
    }

    @ParameterizedTest
    @CsvSource({
        "true, 512, 1, 0, false, pp512", "false, 64, 1, 0, false, tg64", "true, 512, 8, 0, false, pp512x8",
        "false, 64, 8, 2048, false, tg64x8@d2048", "false, 64, 8, 2048, true, tg64x8@d2048 shared"})
    void shouldBeNamedLikeTheRowsPeopleKnow(
            boolean reads, int tokens, int streams, int depth, boolean shared, String label) {
        assertEquals(label, test(reads, tokens, streams, depth, shared).label());
    }

    @Test
    void shouldGiveAverageAndDeviationOfTheSample() {
        Rate rate = new Rate(RateTest.prompt(1), new double[] {2, 4, 9});
        assertEquals(5, rate.average());
        assertEquals(Math.sqrt(13), rate.deviation(), 1e-12);
        assertEquals(4, rate.median());
        assertEquals(9, rate.best());
        assertEquals(3, new Rate(RateTest.prompt(1), new double[] {2, 4}).median());
        assertEquals(0, new Rate(RateTest.prompt(1), new double[] {2}).deviation());
        assertThrows(IllegalArgumentException.class, () -> new Rate(RateTest.prompt(1), new double[0]));
    }

    @Test
    void shouldMeasureEveryKindOfTest() {
        try (Backend backend = backend(); LoadedModel model = nano(backend);
                RateRun run = run(model, "4MiB")) {
            for (RateTest test : new RateTest[] {
                test(true, 33, 1, 0, false), test(true, 7, 3, 40, false), test(false, 1, 1, 0, false),
                test(false, 9, 5, 0, false), test(false, 9, 3, 65, false), test(false, 9, 3, 65, true)}) {
                for (int round = 0; round < 2; round++) {
                    double rate = run.round(test);
                    assertTrue(rate > 0 && rate < 1e7, test.label() + ": " + rate);
                }
            }
        }
    }

    /** The engine counts no prompt of which only the last token is left to compute. */
    @Test
    void shouldReadASharedPrefixOnce() {
        try (Backend backend = backend(); LoadedModel model = nano(backend);
                RateRun run = run(model, "4MiB")) {
            run.round(test(false, 4, 3, 64, true));
            assertEquals(64 + 1, run.promptTokens());
            run.round(test(false, 4, 3, 64, true));
            assertEquals(64 + 1, run.promptTokens());
        }
        try (Backend backend = backend(); LoadedModel model = nano(backend);
                RateRun run = run(model, "4MiB")) {
            run.round(test(false, 4, 3, 64, false));
            assertEquals(3 * (64 + 1), run.promptTokens());
            run.round(test(false, 4, 3, 64, false));
            assertEquals(3 * (64 + 1), run.promptTokens());
        }
    }

    @Test
    void shouldRefuseWhatHasNoRoom() {
        try (Backend backend = backend(); LoadedModel model = nano(backend);
                RateRun run = run(model, "1MiB")) {
            int context = model.shape().contextTokens();
            QuernException tooLong = assertThrows(QuernException.class, () -> run.round(RateTest.prompt(context)));
            assertTrue(tooLong.getMessage().contains("needs a context of " + (context + 1)), tooLong.getMessage());
            QuernException noRoom = assertThrows(QuernException.class,
                    () -> run.round(test(false, 300, 16, 0, false)));
            assertTrue(noRoom.getMessage().contains("KV arena"), noRoom.getMessage());
        }
    }

    @Test
    void shouldNameTheShareOfTheLimitThatCounts() {
        try (Backend backend = backend();
                var file = ModelFiles.open(EmbeddedModel.unpack(directory))) {
            ApplianceConfig config = config("1MiB");
            ModelFit fit = ModelFit.of(file, backend.kernels(), config.engine(), config.kv());
            var limits = new MachineLimits(1e9, 1e9);
            assertEquals(fit.promptMacsPerToken() * 10 / 1e9, limits.share(RateTest.prompt(32), 10, fit), 1e-12);
            double weights = fit.activeBytes();
            double token = fit.kvBytesPerToken();
            assertEquals((weights + 5 * token) * 10 / 1e9, limits.share(RateTest.answer(8), 10, fit), 1e-12);
            assertEquals((weights + 2 * 105 * token) * 5 / 1e9,
                    limits.share(test(false, 8, 2, 100, false), 10, fit), 1e-12);
            assertEquals((weights + (100 + 2 * 5) * token) * 5 / 1e9,
                    limits.share(test(false, 8, 2, 100, true), 10, fit), 1e-12);
        }
    }

    private static Backend backend() {
        return BackendChoice.choose(new BackendConfig(BackendConfig.Choice.AUTO, 2)).backend();
    }

    private LoadedModel nano(Backend backend) {
        return LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(directory)), backend.kernels(),
                config("1MiB").engine().product());
    }

    private RateRun run(LoadedModel model, String arena) {
        ApplianceConfig config = config(arena);
        return new RateRun(model, config.kv(), config.engine());
    }

    private ApplianceConfig config(String arena) {
        return ConfigLoader.load(new ConfigSources(Optional.empty(), Map.of(), Map.of("data", directory.toString(),
                "kv.hot", arena, "engine.draft-tokens-max", "0"))).config();
    }
}
