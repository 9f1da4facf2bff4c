package quern.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {

    @Test
    void shouldRunEachPartOnceWhenSeveralThreadsDriveOneTeam() {
        try (var team = new ComputeTeam(2)) {
            List<CompletableFuture<Void>> drivers = new ArrayList<>();
            for (int driver = 0; driver < 3; driver++) {
                drivers.add(CompletableFuture.runAsync(() -> {
                    for (int round = 0; round < 300; round++) {
                        var counts = new AtomicIntegerArray(7);
                        team.run(7, counts::incrementAndGet);
                        for (int i = 0; i < 7; i++) {
                            assertEquals(1, counts.get(i));
                        }
                    }
                }, work -> Thread.ofPlatform().start(work)));
            }
            drivers.forEach(CompletableFuture::join);
        }
    }

    /** Whoever takes turn after turn lets the one who waits go first. */
    @Test
    void shouldLetWhoeverWaitsGoFirst() {
        var turns = new Turns();
        var done = new AtomicBoolean();
        var taken = new AtomicInteger();
        var greedy = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                turns.take(taken::incrementAndGet);
            }
        }, work -> Thread.ofPlatform().start(work));
        for (int round = 0; round < 50; round++) {
            int[] before = new int[1];
            int[] between = new int[1];
            CompletableFuture<Void> patient = new CompletableFuture<>();
            turns.take(() -> {
                Thread.ofPlatform().start(() -> {
                    turns.take(() -> between[0] = taken.get() - before[0]);
                    patient.complete(null);
                });
                while (turns.waiting() < 2) {
                    Thread.onSpinWait();
                }
                before[0] = taken.get();
            });
            patient.join();
            assertTrue(between[0] <= 1, between[0] + " turns of another came before the one that was waited for");
        }
        done.set(true);
        greedy.join();
    }

    @Test
    void shouldTakeATurnWithinATurn() {
        var turns = new Turns();
        assertEquals(7, turns.take(() -> turns.take(() -> 7)));
    }
}
