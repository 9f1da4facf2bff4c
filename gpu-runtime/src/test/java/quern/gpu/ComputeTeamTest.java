package quern.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeTeamTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void shouldRunEachPartOnceWhenCalledManyTimes(int threads) {
        try (var team = new ComputeTeam(threads)) {
            for (int parts : new int[] {0, 1, 2, 3, 7, 64}) {
                for (int round = 0; round < 200; round++) {
                    var counts = new AtomicIntegerArray(parts);
                    team.run(parts, counts::incrementAndGet);
                    for (int i = 0; i < parts; i++) {
                        assertEquals(1, counts.get(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5, 8, 127, 1000})
    void shouldCoverEachItemOnceWhenSplit(int items) {
        try (var team = new ComputeTeam(3)) {
            int[] counts = new int[items];
            int[] expected = new int[items];
            Arrays.fill(expected, 1);
            team.split(items, 4, (from, to) -> {
                assertTrue(to > from);
                for (int i = from; i < to; i++) {
                    counts[i]++;
                }
            });
            assertArrayEquals(expected, counts);
        }
    }

    @Test
    void shouldThrowToTheCallerAndStayUsableWhenAPartFails() {
        try (var team = new ComputeTeam(2)) {
            var failure = new IllegalArgumentException("part 3");
            for (int round = 0; round < 50; round++) {
                var thrown = assertThrows(IllegalArgumentException.class, () -> team.run(8, i -> {
                    if (i == 3) {
                        throw failure;
                    }
                }));
                assertSame(failure, thrown);
                assertThrows(StackOverflowError.class, () -> team.run(2, i -> {
                    throw new StackOverflowError();
                }));
                var counts = new AtomicIntegerArray(4);
                team.run(4, counts::incrementAndGet);
                assertEquals(1, counts.get(3));
            }
        }
    }

    @Test
    void shouldRefuseWhenAPartCallsTheTeam() {
        try (var team = new ComputeTeam(2)) {
            assertThrows(IllegalStateException.class, () -> team.run(2, i -> team.run(1, j -> {})));
        }
    }

    @Test
    void shouldEndItsThreadsAndRefuseWorkWhenClosed() {
        var team = new ComputeTeam(3);
        var threads = new Thread[16];
        team.run(16, i -> threads[i] = Thread.currentThread());
        team.close();
        team.close();
        for (Thread thread : threads) {
            assertTrue(thread == Thread.currentThread() || !thread.isAlive());
        }
        assertThrows(IllegalStateException.class, () -> team.run(1, i -> {}));
    }

    @Test
    void shouldFinishAndKeepTheFlagWhenTheDriverIsInterrupted() {
        try (var team = new ComputeTeam(2)) {
            Thread.currentThread().interrupt();
            var counts = new AtomicIntegerArray(100);
            team.run(100, counts::incrementAndGet);
            assertTrue(Thread.interrupted());
            assertFalse(Thread.currentThread().isInterrupted());
            assertEquals(1, counts.get(99));
        }
    }
}
