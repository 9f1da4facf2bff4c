package quern.actors.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import quern.actors.fleet.ModelBudget.Fits;
import quern.actors.fleet.ModelBudget.Later;
import quern.actors.fleet.ModelBudget.Loaded;
import quern.actors.fleet.ModelBudget.Never;
import quern.actors.fleet.ModelBudget.Room;
import quern.actors.fleet.ModelBudget.Unload;

class ModelBudgetTest {

    private static final Loaded STANDING = new Loaded("standing", 30, 0, 0, true);

    private static Loaded idle(String name, long bytes, long lastUse) {
        return new Loaded(name, bytes, lastUse, 0, false);
    }

    private static Loaded busy(String name, long bytes, long lastUse) {
        return new Loaded(name, bytes, lastUse, 2, false);
    }

    @Test
    void shouldUnloadWhatWasUsedLongestAgoAndNoMoreThanNeeded() {
        var budget = new ModelBudget(100, 10);
        List<Loaded> loaded = List.of(STANDING, idle("b", 20, 5), idle("a", 20, 9), idle("c", 20, 2));
        assertEquals(new Fits(), budget.room("new", 10, loaded));
        assertEquals(new Unload(List.of("c"), List.of()), budget.room("new", 11, loaded));
        assertEquals(new Unload(List.of("c", "b"), List.of()), budget.room("new", 50, loaded));
        assertEquals(new Unload(List.of("c", "b", "a"), List.of()), budget.room("new", 70, loaded));
    }

    @Test
    void shouldWaitForThoseInUseOnlyWhenTheIdleOnesDoNotSuffice() {
        var budget = new ModelBudget(100, 10);
        List<Loaded> loaded = List.of(STANDING, busy("b", 20, 1), idle("a", 20, 9));
        assertEquals(new Unload(List.of("a"), List.of()), budget.room("new", 40, loaded));
        assertEquals(new Unload(List.of("a"), List.of("b")), budget.room("new", 60, loaded));
    }

    @Test
    void shouldSayWhoIsInTheWay() {
        var budget = new ModelBudget(100 << 20, 3);
        var job = new Loaded("tuned", 50 << 20, 1, 1, true);
        var standing = new Loaded("standing", 30 << 20, 0, 0, true);
        Room later = budget.room("new", 60 << 20, List.of(standing, job));
        assertTrue(assertInstanceOf(Later.class, later).reason().contains("'tuned' 50.0 MiB"), later.toString());
        Room never = budget.room("new", 71 << 20, List.of(standing));
        assertTrue(assertInstanceOf(Never.class, never).reason().contains("takes 71.0 MiB"), never.toString());
        Room many = new ModelBudget(100 << 20, 1).room("new", 1, List.of(standing));
        assertTrue(assertInstanceOf(Never.class, many).reason().contains("models.loaded-max = 1"), many.toString());
    }

    /** Whatever comes in whatever order: followed to the letter, it never takes more than it may nor a model in use. */
    @Test
    void shouldNeverExceedMemoryOrNumberNorUnloadWhatIsInUse() {
        long seed = 20261122;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            var budget = new ModelBudget(random.nextLong(40, 200), random.nextInt(1, 6));
            List<Loaded> loaded = new ArrayList<>(List.of(STANDING));
            for (int step = 0; step < 40; step++) {
                String name = "m" + step;
                long bytes = random.nextLong(1, 90);
                Room room = budget.room(name, bytes, loaded);
                if (room instanceof Unload(List<String> idle, List<String> drained)) {
                    loaded.stream().filter(one -> idle.contains(one.name())).forEach(one ->
                            assertTrue(one.users() == 0 && !one.stays(), "seed " + seed + ": " + one));
                    loaded.removeIf(one -> idle.contains(one.name()) || drained.contains(one.name()));
                    room = budget.room(name, bytes, loaded);
                    assertEquals(new Fits(), room, "seed " + seed);
                }
                if (room instanceof Fits) {
                    loaded.add(new Loaded(name, bytes, step, random.nextInt(3) / 2, random.nextInt(9) == 0));
                }
                long taken = loaded.stream().mapToLong(Loaded::bytes).sum();
                assertTrue(loaded.size() == 1 || taken <= budget.bytes() && loaded.size() <= budget.loadedMax(),
                        "seed " + seed + ": " + taken + " bytes of " + loaded.size() + " models in " + budget);
            }
        }
    }

    @Test
    void shouldReadTimesAsOllamaWritesThem() {
        assertEquals(Optional.of(Duration.ofMinutes(5)), KeepAlive.parse("5m"));
        assertEquals(Optional.of(Duration.ofMinutes(90)), KeepAlive.parse("1h30m"));
        assertEquals(Optional.of(Duration.ofMillis(300)), KeepAlive.parse("300ms"));
        assertEquals(Optional.of(Duration.ofMillis(1500)), KeepAlive.parse("1.5s"));
        assertEquals(Optional.of(Duration.ofSeconds(90)), KeepAlive.parse("90"));
        assertEquals(Optional.of(Duration.ZERO), KeepAlive.parse("0"));
        assertEquals(Optional.of(KeepAlive.FOREVER), KeepAlive.parse("-1"));
        assertEquals(Optional.of(KeepAlive.FOREVER), KeepAlive.parse("-1m"));
        for (String none : List.of("", "m", "5 minutes", "5m!", "1e9", "--1", "5x")) {
            assertEquals(Optional.empty(), KeepAlive.parse(none), none);
        }
    }

    @Test
    void shouldLetNobodyInOnceShut() {
        var occupancy = new Occupancy();
        assertTrue(occupancy.enter());
        assertFalse(occupancy.shut(), "in use");
        assertTrue(occupancy.enter());
        occupancy.leave();
        occupancy.leave();
        assertTrue(occupancy.shut());
        assertFalse(occupancy.enter());
        assertEquals(0, occupancy.users());
    }
}
