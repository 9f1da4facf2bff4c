package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static List<List<Integer>> lengthsOfSteps(List<List<Segment>> steps) {
        return steps.stream().map(step -> step.stream().map(Segment::count).toList()).toList();
    }

    @Test
    void shouldPackTheSameStepsWhenExamplesAreGivenInAnotherOrder() {
        List<Segment> turned = examples().reversed();
        assertEquals(lengthsOfSteps(BatchPacker.pack(examples(), 64, 5, 1)),
                lengthsOfSteps(BatchPacker.pack(turned, 64, 5, 1)));
    }

    @Test
    void shouldKeepAllStepsBeforeTheFirstWithAnExampleWhenItIsTakenOut() {
        for (long seed = 0; seed < 20; seed++) {
            List<List<Integer>> all = lengthsOfSteps(BatchPacker.pack(examples(), 64, seed, 0));
            for (int taken = 0; taken < 40; taken++) {
                List<Segment> less = examples();
                less.remove(taken);
                List<List<Integer>> steps = lengthsOfSteps(BatchPacker.pack(less, 64, seed, 0));
                int first = 0;
                while (!all.get(first).contains(taken + 1)) {
                    first++;
                }
                // Where it is the first of its step, its length ended the step before.
                first -= first > 0 && all.get(first).getFirst() == taken + 1 ? 1 : 0;
                String what = "seed " + seed + ", without the one of " + (taken + 1);
                assertEquals(all.subList(0, first), steps.subList(0, first), what);
                List<Integer> order = new ArrayList<>(all.stream().flatMap(List::stream).toList());
                order.remove(Integer.valueOf(taken + 1));
                assertEquals(order, steps.stream().flatMap(List::stream).toList(), what);
            }
        }
    }

    @Test
    void shouldMakeAsManyStepsAsAreAskedForHoweverManyEpochsThatAre() {
        TuningSettings settings = new TuningSettings(LoraSettings.ofAllTargets(2, 2, 1), 1, 2, 64, 0, 0, 0, 1, 0,
                new GateLimits(0, 0, 0), 5);
        int epoch = BatchPacker.pack(examples(), 64, 5, 0).size();
        List<List<Segment>> two = StepOrder.of(examples(), settings).steps();
        assertEquals(epoch, lengthsOfSteps(two).indexOf(lengthsOfSteps(BatchPacker.pack(examples(), 64, 5, 1))
                .getFirst()));
        StepOrder fixed = StepOrder.of(examples(), settings.withSteps(epoch + 3));
        assertEquals(lengthsOfSteps(two).subList(0, epoch + 3), lengthsOfSteps(fixed.steps()));
        assertEquals(fixed.prefix(epoch + 3), StepOrder.of(examples(), settings).prefix(epoch + 3));
        assertNotEquals(fixed.prefix(epoch + 3), fixed.prefix(epoch + 2));
        for (int max = 0; max < 12; max++) {
            int snapshots = StepOrder.of(examples(), settings).snapshots(max).size();
            assertTrue(snapshots <= max && (max == 0 || snapshots > 0), max + " at most, found " + snapshots);
        }
    }

    @Test
    void shouldKeepTheSideOfEverySampleWhenOthersComeAndGo() {
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            contents.add(ContentHash.of(new TrainingSample.Text("lamp " + i)));
        }
        List<Integer> order = ContentHash.order(contents, content -> content, 7, -1);
        List<byte[]> less = new ArrayList<>(contents);
        less.remove(order.get(500).intValue());
        List<String> kept = new ArrayList<>(order.stream().map(i -> Arrays.toString(contents.get(i))).toList());
        kept.remove(500);
        assertEquals(kept, ContentHash.order(less, content -> content, 7, -1).stream()
                .map(i -> Arrays.toString(less.get(i))).toList());
        long below = contents.stream().filter(content -> ContentHash.share(ContentHash.key(content, 7, -1)) < 0.2)
                .count();
        assertTrue(below > 150 && below < 250, below + " of 1000 are below 0.2");
    }

    @Test
    void shouldTellSamplesApartByWhatTheySayAndNothingElse() {
        Map<String, Object> one = new LinkedHashMap<>(Map.of("role", "user"));
        one.put("content", "a");
        Map<String, Object> other = new LinkedHashMap<>(Map.of("content", "a"));
        other.put("role", "user");
        assertEquals(ContentHash.hex(new TrainingSample.Chat(List.of(one), List.of(), Optional.empty())),
                ContentHash.hex(new TrainingSample.Chat(List.of(other), List.of(), Optional.empty())));
        Set<String> all = new HashSet<>();
        for (TrainingSample sample : List.of(new TrainingSample.Text("ab"), new TrainingSample.Text("a"),
                new TrainingSample.Completion("a", "b", Optional.empty()),
                new TrainingSample.Completion("ab", "", Optional.empty()),
                new TrainingSample.Completion("a", "b", Optional.of("b")),
                new TrainingSample.Chat(List.of(one), List.of(), Optional.empty()),
                new TrainingSample.Chat(List.of(one, one), List.of(), Optional.empty()),
                new TrainingSample.Chat(List.of(one), List.of(one), Optional.empty()))) {
            assertTrue(all.add(ContentHash.hex(sample)), sample::toString);
        }
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
