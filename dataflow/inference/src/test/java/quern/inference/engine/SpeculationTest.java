package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.inference.MemoryBlockPool;
import quern.inference.TinyModel;
import quern.inference.cache.KvBlocks;
import quern.inference.engine.StepPlan.Slice;
import quern.inference.sampling.SamplingParameters;

class SpeculationTest {

    private static final int BLOCK = 8;

    private static EngineConfig config(int draftTokensMax) {
        return new EngineConfig(Optional.empty(), LoadType.AS_STORED, 0, 64, 4, 100, 8, 16, draftTokensMax, Product.F32,
                Duration.ofMillis(50), Optional.empty(), Optional.empty(), 16, EngineRun.SCHEDULING);
    }

    private static EngineRun run(int draftTokensMax, SamplingParameters sampling) {
        EngineRun run = new EngineRun(TinyModel.sparse(5, true), Product.F32, 80, BLOCK, config(draftTokensMax));
        for (int i = 0; i < 4; i++) {
            int[] phrase = new Random(i % 3).ints(9, 0, 60).toArray();
            int[] prompt = IntStream.range(0, 40).map(place -> phrase[place % phrase.length]).toArray();
            run.submit(SequenceRequest.of(i, prompt, sampling.withLogprobs(2)));
        }
        run.finish();
        return run;
    }

    private static void assertSameAnswers(EngineRun expected, EngineRun found) {
        for (int i = 0; i < 4; i++) {
            assertEquals(expected.answer(i).tokens, found.answer(i).tokens);
            assertEquals(expected.answer(i).logprobs, found.answer(i).logprobs);
            assertEquals(expected.answer(i).text.toString(), found.answer(i).text.toString());
            assertEquals(expected.answer(i).finished().usage(), found.answer(i).finished().usage());
        }
    }

    @Test
    void shouldGiveTheSameAnswerInFewerStepsWhenTextRepeatsItself() {
        SamplingParameters greedy = SamplingParameters.greedy(100).ignoringEos();
        EngineRun plain = run(0, greedy);
        EngineRun guessing = run(7, greedy);
        assertSameAnswers(plain, guessing);
        EngineStats stats = guessing.loop.stats();
        assertEquals(0, plain.loop.stats().draftTokens());
        assertTrue(stats.acceptedTokens() > 50, stats.toString());
        assertTrue(stats.acceptedTokens() <= stats.draftTokens(), stats.toString());
        assertTrue(stats.steps() < plain.loop.stats().steps() * 0.8, stats + " against " + plain.loop.stats());
        assertEquals(plain.loop.stats().completionTokens(), stats.completionTokens());
    }

    @Test
    void shouldGiveTheSameAnswerWhenTokensAreDrawn() {
        SamplingParameters drawn = SamplingParameters.plain(42, 60).ignoringEos();
        assertSameAnswers(run(0, drawn), run(5, drawn));
    }

    @Test
    void shouldHopeForLittleWhenGuessesWereWrongAndForMuchWhenRight() {
        Random random = new Random(8);
        int[] tokens = new int[600];
        for (int i = 0; i < tokens.length; i++) {
            boolean repeats = i % 300 >= 200;
            tokens[i] = repeats ? tokens[i - 9] : random.nextInt(20);
        }
        Drafts drafts = new Drafts();
        GuessRates common = new GuessRates();
        double hope = 0;
        for (int count = 1; count <= tokens.length; count++) {
            int[] guess = drafts.guess(tokens, count, 4, common);
            double expected = drafts.expected(guess.length, common);
            assertTrue(expected >= 0 && expected <= guess.length, expected + " of " + guess.length);
            hope = Math.max(count % 300 == 150 ? 0 : hope, expected);
            if (count % 300 == 199) {
                assertTrue(hope < 1, "expected " + hope + " of noise");
            } else if (count % 300 == 290) {
                assertTrue(expected > 3.4, "expected " + expected + " of a repetition");
            }
        }
        Drafts next = new Drafts();
        assertTrue(next.guess(tokens, 300, 4, common).length == 4 && next.expected(4, common) > 3,
                "a new sequence hopes for what the others got");
    }

    @Test
    void shouldTellTimesBetweenAndBeyondThoseMeasured() {
        StepTimes times = new StepTimes(16);
        assertEquals(1, times.of(4));
        times.record(2, 100);
        assertEquals(100, times.of(1));
        assertEquals(100, times.of(9));
        times.record(6, 180);
        assertEquals(120, times.of(4), "half of what lies between is hoped for");
        assertEquals(180 + 0.5 * 20 * 4, times.of(10));
        times.record(6, 1_000_000);
        assertEquals(180 + 0.1 * 180, times.of(6), 1e-9);
        times.record(6, 98);
        assertEquals(198 - 0.3 * 100, times.of(6), 1e-9);
        times.record(5, 250);
        assertEquals(168, times.of(5), 1e-9, "fewer rows cost no more than many");
        times.record(17, 5);
        for (int i = 0; i < 600; i++) {
            times.record(2, 100);
        }
        assertEquals(100, times.of(6), "what was not seen for long is tried again");
    }

    @Test
    void shouldExpectWhatWasNotSeenToGrowAsTheProfileDoesWhereThatCanBe() {
        StepTimes times = new StepTimes(16);
        times.adopt(new StepProfile(List.of(new StepProfile.Point(1, 10), new StepProfile.Point(2, 16),
                new StepProfile.Point(4, 16), new StepProfile.Point(8, 100))));
        assertEquals(1, times.of(4), "how times grow says nothing of the first");
        times.record(1, 1000);
        assertEquals(1600, times.of(2));
        assertEquals(1600, times.of(4));
        assertEquals(1000, times.of(8), "what grows faster than its rows was disturbed when it was measured");
        times.record(4, 1200);
        assertEquals(1200, times.of(4), "what was seen counts");
        assertEquals(1200, times.of(2));
        StepTimes beyond = new StepTimes(16);
        beyond.adopt(new StepProfile(List.of(new StepProfile.Point(1, 10))));
        beyond.record(1, 1000);
        assertEquals(1000, beyond.of(2), "what the profile does not reach gets tried");
    }

    @Test
    void shouldComeToKnowTheLastRowOfAStairWhenOthersDisturbTheMachine() {
        double[] stairs = {0, 1, 2, 2, 2, 4.2, 4.2, 4.2, 4.2, 5.4};
        double share = 0.85;
        int mostly = 0;
        Random random = new Random(4);
        StepTimes times = new StepTimes(16);
        times.record(1, 1_000_000);
        for (int step = 0; step < 1000; step++) {
            int best = 1;
            for (int rows = 2; rows < stairs.length; rows++) {
                best = rate(share, rows) / times.of(rows) > rate(share, best) / times.of(best) ? rows : best;
            }
            mostly += best == 4 ? 1 : 0;
            double disturbed = random.nextInt(10) == 0 ? 1 + 2 * random.nextDouble() : 1;
            times.record(best, (long) (1e6 * stairs[best] * disturbed));
        }
        assertTrue(mostly > 900, "four rows " + mostly + " times of 1000");
    }

    private static double rate(double share, int rows) {
        return (1 - Math.pow(share, rows)) / (1 - share);
    }

    @Test
    void shouldGuessOnlyAsFarAsItPaysWhenRowsCostTime() {
        int[] tokens = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4};
        Sequence sequence = new Sequence(SequenceRequest.of(1, tokens, SamplingParameters.greedy(50)), 0,
                Optional.empty(), 0, 60, 4);
        EngineRun run = new EngineRun(TinyModel.llama(1), Product.F32, 20, BLOCK, config(6));
        MemoryBlockPool pool = new MemoryBlockPool(20, run.layout.blockBytes());
        KvBlocks blocks = new KvBlocks(pool, run.layout, "model", "arithmetic");
        sequence.table = blocks.open("", "", true);
        blocks.reserve(sequence.table, tokens.length);
        sequence.computed = tokens.length - 1;
        StepPlan plan = new StepPlan(List.of(new Slice(sequence, 9, 10)));

        Speculation dear = new Speculation(6);
        dear.record(plan, 100);
        for (int length = 1; length <= 6; length++) {
            dear.record(new StepPlan(List.of(new Slice(sequence, 9, 10, new int[length]))), 100 + 100 * length);
        }
        assertEquals(plan, dear.extend(plan, blocks, 64));

        Speculation cheap = new Speculation(6);
        cheap.record(plan, 100);
        cheap.record(new StepPlan(List.of(new Slice(sequence, 9, 10, new int[3]))), 101);
        cheap.record(new StepPlan(List.of(new Slice(sequence, 9, 10, new int[4]))), 1000);
        assertArrayEquals(new int[] {5, 6, 1}, cheap.extend(plan, blocks, 64).slices().getFirst().draft());
        assertArrayEquals(new int[] {5, 6}, cheap.extend(plan, blocks, 3).slices().getFirst().draft());
        assertEquals(plan, new Speculation(0).extend(plan, blocks, 64));
        StepPlan mixed = new StepPlan(List.of(new Slice(sequence, 9, 10), new Slice(sequence, 0, 8)));
        assertEquals(mixed, cheap.extend(mixed, blocks, 64));
    }

    @Test
    void shouldFindTheLatestEarlierOccurrence() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            int[] tokens = random.ints(1 + random.nextInt(300), 0, 2 + random.nextInt(6)).toArray();
            NgramIndex index = new NgramIndex();
            for (int count = 1; count <= tokens.length; count += 1 + random.nextInt(5)) {
                index.take(tokens, count);
                for (int kind = 0; kind < NgramIndex.LENGTHS.length; kind++) {
                    assertEquals(latest(tokens, count, NgramIndex.LENGTHS[kind]), index.find(tokens, count, kind),
                            () -> Arrays.toString(tokens));
                }
            }
        }
    }

    private static int latest(int[] tokens, int count, int length) {
        for (int end = count - 1; end >= length && count >= length; end--) {
            if (Arrays.equals(tokens, end - length, end, tokens, count - length, count)) {
                return end;
            }
        }
        return -1;
    }
}
