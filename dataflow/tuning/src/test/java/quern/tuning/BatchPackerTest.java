package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import quern.config.LearningRateDecay;
import quern.tuning.network.PackedBatch;
import quern.tuning.network.PackedBatch.Segment;

class BatchPackerTest {

    private static List<Segment> examples() {
        List<Segment> examples = new ArrayList<>();
        for (int length = 1; length <= 40; length++) {
            examples.add(new Segment(new int[length], new int[length]));
        }
        return examples;
    }

    private static List<Integer> lengths(List<List<Segment>> steps) {
        return steps.stream().flatMap(List::stream).map(Segment::count).toList();
    }

    @Test
    void shouldPutEveryExampleIntoOneStepThatFits() {
        List<List<Segment>> steps = BatchPacker.pack(examples(), 32, 5, 0);
        assertEquals(40, lengths(steps).size());
        assertEquals(lengths(List.of(examples())),
                lengths(steps).stream().sorted(Comparator.naturalOrder()).toList());
        for (List<Segment> step : steps) {
            assertTrue(step.size() == 1 || step.stream().mapToInt(Segment::count).sum() <= 32);
        }
    }

    @Test
    void shouldGiveTheSameStepsForTheSameSeedAndOthersForTheNextEpoch() {
        assertEquals(lengths(BatchPacker.pack(examples(), 64, 5, 1)), lengths(BatchPacker.pack(examples(), 64, 5, 1)));
        assertNotEquals(
                lengths(BatchPacker.pack(examples(), 64, 5, 1)), lengths(BatchPacker.pack(examples(), 64, 5, 2)));
        assertNotEquals(
                lengths(BatchPacker.pack(examples(), 64, 5, 1)), lengths(BatchPacker.pack(examples(), 64, 6, 1)));
    }

    @Test
    void shouldKeepExamplesApartWhenPacked() {
        PackedBatch batch = PackedBatch.of(List.of(
                new Segment(new int[] {7, 8}, new int[] {8, -100}), new Segment(new int[] {9}, new int[] {1})));
        assertArrayEquals(new int[] {7, 8, 9}, batch.tokens());
        assertArrayEquals(new int[] {0, 1, 0}, batch.positions());
        assertArrayEquals(new int[] {0, 0, 2}, batch.segmentFrom());
        assertEquals(2, batch.labelCount());
    }

    @Test
    void shouldCoverTheTextOnceAnEpochWhenCutIntoWindows() {
        int[] ids = new int[105];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i;
        }
        TextWindows windows = new TextWindows(ids, 10, 3);
        PackedBatch epoch = windows.batch(0, windows.windowsPerEpoch());
        assertEquals(windows.windowsPerEpoch() * 10, Arrays.stream(epoch.tokens()).distinct().count());
        for (int i = 0; i < epoch.count(); i++) {
            assertEquals(epoch.tokens()[i] + 1, epoch.labels()[i]);
        }
        assertArrayEquals(windows.batch(3, 2).tokens(), new TextWindows(ids, 10, 3).batch(3, 2).tokens());
        int later = windows.windowsPerEpoch() + 2;
        assertArrayEquals(
                Arrays.copyOfRange(windows.batch(later - 1, 2).tokens(), 10, 20), windows.batch(later, 1).tokens());
    }

    @Test
    void shouldRiseAndFallWhenScheduled() {
        var schedule = new LearningRateSchedule(2.0, 4, 10, 0.1);
        assertEquals(0.5, schedule.rate(1), 1e-12);
        assertEquals(2.0, schedule.rate(4), 1e-12);
        assertEquals(1.1, schedule.rate(7), 1e-12);
        assertEquals(0.2, schedule.rate(10), 1e-12);
        assertEquals(0.2, schedule.rate(12), 1e-12);
        var linear = new LearningRateSchedule(LearningRateDecay.LINEAR, 2.0, 4, 10, 0.1);
        assertEquals(1.7, linear.rate(5), 1e-12);
        assertEquals(0.2, linear.rate(10), 1e-12);
        var constant = new LearningRateSchedule(LearningRateDecay.CONSTANT, 2.0, 4, 10, 0.1);
        assertEquals(1.5, constant.rate(3), 1e-12);
        assertEquals(2.0, constant.rate(10), 1e-12);
        assertEquals(3.0, LearningRateSchedule.constant(3).rate(1000), 1e-12);
    }
}
