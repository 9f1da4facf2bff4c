package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quern.inference.cache.TierRates;
import quern.kv.BlockPool.Tier;

class TierRatesFileTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Map<Tier, Long> TIMES = Map.of(Tier.WARM, 50_000L, Tier.COLD, 90_000L);

    @TempDir
    private Path directory;

    private TierRatesFile at(Instant instant) {
        return new TierRatesFile(directory.resolve("data"), Clock.fixed(instant, ZoneOffset.UTC));
    }

    @Test
    void shouldRecallEachModelsOwnAndKeepATierThatWasNotMeasuredAgain() throws IOException {
        assertEquals(Map.of(), at(NOW).recall("a"));
        at(NOW).remember("a", TIMES);
        at(NOW).remember("b", Map.of(Tier.WARM, 7L));
        assertEquals(TIMES, at(NOW).recall("a"));
        assertEquals(Map.of(Tier.WARM, 7L), at(NOW).recall("b"));
        at(NOW).remember("a", Map.of(Tier.WARM, 40_000L));
        assertEquals(Map.of(Tier.WARM, 40_000L, Tier.COLD, 90_000L), at(NOW).recall("a"));
    }

    @Test
    void shouldForgetWhatIsOldOrFromTheFuture() throws IOException {
        at(NOW).remember("a", TIMES);
        Duration tooMuch = TierRatesFile.AGE_MAX.plusMillis(1);
        assertEquals(TIMES, at(NOW.plus(TierRatesFile.AGE_MAX)).recall("a"));
        assertEquals(Map.of(), at(NOW.plus(tooMuch)).recall("a"));
        assertEquals(Map.of(), at(NOW.minus(tooMuch)).recall("a"));
        at(NOW.plus(tooMuch)).remember("b", TIMES);
        assertFalse(Files.readString(directory.resolve("data").resolve(TierRatesFile.NAME)).contains("\"a\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[null]", "{}", "[{\"of\":\"a\",\"warmNanos\":-1,\"measuredAtMs\":1}]",
        "[{\"of\":\"a\",\"warmNanos\":1e30}]", "\u0000"})
    void shouldIgnoreAFileThatCannotBeRead(String content) throws IOException {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data").resolve(TierRatesFile.NAME), content);
        assertEquals(Map.of(), at(NOW).recall("a"));
        at(NOW).remember("a", TIMES);
        assertEquals(TIMES, at(NOW).recall("a"));
    }

    @Test
    void shouldGoOnWhereTheLastProcessStoppedAndWriteAtMostOnceAMinute() {
        long[] nanos = {0};
        TierRates first = new TierRates();
        RatesKeeper.attach(at(NOW), "a", first, () -> nanos[0]);
        load(first, 7, 1_000);
        assertEquals(Map.of(), at(NOW).recall("a"), "too few to count");
        load(first, 1, 1_000);
        assertEquals(Map.of(Tier.WARM, 1_000L), at(NOW).recall("a"), "a kill loses nothing from now on");
        load(first, 200, 9_000);
        assertEquals(Map.of(Tier.WARM, 1_000L), at(NOW).recall("a"));
        nanos[0] += Duration.ofMinutes(1).toNanos();
        load(first, 1, 9_000);
        TierRates second = new TierRates();
        RatesKeeper.attach(at(NOW), "a", second, () -> nanos[0]);
        assertEquals(first.rate(Tier.WARM).loadNanos(), second.rate(Tier.WARM).loadNanos());
        TierRates other = new TierRates();
        RatesKeeper.attach(at(NOW), "b", other, () -> nanos[0]);
        assertEquals(0, other.rate(Tier.WARM).loadNanos().orElse(0));
    }

    private static void load(TierRates rates, int count, long nanos) {
        for (int i = 0; i < count; i++) {
            rates.loaded(Tier.WARM, nanos);
        }
    }

    @Test
    void shouldNameTimesByAHashThatTellsNoModel() {
        String name = RatesKeeper.named(directory.resolve("not/there"), "secret-model", "true");
        assertEquals(64, name.length());
        assertEquals(name, RatesKeeper.named(directory.resolve("not/there"), "secret-model", "true"));
        assertNotEquals(name, RatesKeeper.named(directory.resolve("not/there"), "secret-model", "false"));
    }
}
