package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.engine.EngineRun.Answer;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenMask;

class EngineLoopTest {

    private static final int BLOCK = 8;

    private final TinyModel model = TinyModel.llama(7);

    private static int[] prompt(int count, long seed) {
        return new Random(seed).ints(count, 0, 60).toArray();
    }

    private EngineRun run(int blocks, int maxBatchedTokens, int sequencesMax) {
        return new EngineRun(
                model, Product.F32, blocks, BLOCK, EngineRun.config(maxBatchedTokens, sequencesMax));
    }

    private static void assertSame(Answer expected, Answer actual) {
        assertEquals(expected.tokens, actual.tokens);
        assertEquals(expected.logprobs, actual.logprobs);
        assertEquals(expected.text.toString(), actual.text.toString());
        assertEquals(expected.finished().reason(), actual.finished().reason());
    }

    private static SamplingParameters sampled(long seed, int maxTokens) {
        return SamplingParameters.plain(seed, maxTokens).withLogprobs(3).ignoringEos();
    }

    @Test
    void shouldAnswerTheSameBitsAloneBatchedChunkedAndWarm() {
        for (Product product : Product.values()) {
            EngineRun run = new EngineRun(model, product, 64, BLOCK, EngineRun.config(24, 6));
            for (int i = 0; i < 6; i++) {
                run.submit(i, prompt(5 + 13 * i, i), sampled(i, 12));
            }
            run.finish();
            for (int i = 0; i < 6; i++) {
                run.submit(100 + i, prompt(5 + 13 * i, i), sampled(i, 12));
            }
            run.finish();
            for (int i = 0; i < 6; i++) {
                SequenceRequest request = SequenceRequest.of(i, prompt(5 + 13 * i, i), sampled(i, 12));
                Answer alone = EngineRun.alone(model, product, request);
                assertEquals(12, alone.logprobs.size());
                assertSame(alone, run.answer(i));
                assertSame(alone, run.answer(100 + i));
                int count = 5 + 13 * i;
                // All but the last token, where the prompt ends with as much of a block as is worth keeping.
                int known = count > BLOCK && count % BLOCK >= 4 ? count - 1 : (count - 1) / BLOCK * BLOCK;
                assertEquals(new Usage(count, 12, known), run.answer(100 + i).finished().usage());
                assertEquals(0, run.answer(i).finished().usage().cachedTokens());
            }
        }
    }

    @Test
    void shouldFindTheAnswersBlocksWhenTheConversationGoesOn() {
        EngineRun run = run(64, 64, 4);
        run.submit(1, prompt(10, 1), sampled(1, 20));
        run.finish();
        int[] next = new int[34];
        System.arraycopy(prompt(10, 1), 0, next, 0, 10);
        for (int i = 0; i < 20; i++) {
            next[10 + i] = run.answer(1).tokens.get(i);
        }
        run.submit(2, next, sampled(2, 5));
        run.finish();
        assertEquals(29, run.answer(2).finished().usage().cachedTokens(), "all that was computed of it");
        assertSame(EngineRun.alone(model, Product.F32, SequenceRequest.of(2, next, sampled(2, 5))), run.answer(2));
    }

    @Test
    void shouldLoadFromLowerTiersWhileOthersRun() {
        EngineRun run = run(40, 64, 4);
        run.submit(1, prompt(50, 1), sampled(1, 4));
        run.finish();
        run.pool.evictAll();
        run.submit(2, prompt(50, 1), sampled(1, 4));
        run.submit(3, prompt(9, 3), sampled(3, 4));
        run.step();
        List<BlockLoad> loads = run.loop.takeLoads();
        assertEquals(6, loads.size());
        assertEquals(1, run.loop.stats().loading());
        while (run.answer(3).terminal == null) {
            run.step();
        }
        assertEquals(0, run.answer(2).tokens.size());
        assertTrue(!run.loop.hasWork());
        loads.forEach(load -> run.loop.loaded(load, run.pool.load(load.key(), load.tokens(), load.target())));
        run.finish();
        assertEquals(48, run.answer(2).finished().usage().cachedTokens());
        assertEquals(run.answer(1).tokens, run.answer(2).tokens);
        assertEquals(run.answer(1).logprobs, run.answer(2).logprobs);
        assertThrows(IllegalArgumentException.class, () -> run.loop.loaded(loads.getFirst(), true));
    }

    @Test
    void shouldRecomputeFromTheFirstMissWhenALoadFails() {
        EngineRun run = run(40, 64, 4);
        run.submit(1, prompt(50, 1), sampled(1, 4));
        run.finish();
        run.pool.evictAll();
        run.submit(2, prompt(50, 1), sampled(1, 4));
        run.step();
        for (BlockLoad load : run.loop.takeLoads()) {
            run.loop.loaded(load,
                    load.index() != 2 && run.pool.load(load.key(), load.tokens(), load.target()));
        }
        run.finish();
        assertEquals(16, run.answer(2).finished().usage().cachedTokens());
        assertEquals(1, run.loop.stats().loadFailures());
        assertEquals(run.answer(1).logprobs, run.answer(2).logprobs);
    }

    @Test
    void shouldGiveBackBlocksOfACancelledLoadOnlyWhenItIsAnswered() {
        EngineRun run = run(40, 64, 4);
        run.submit(1, prompt(50, 1), sampled(1, 4));
        run.finish();
        run.pool.evictAll();
        run.submit(2, prompt(50, 1), sampled(1, 4));
        run.step();
        List<BlockLoad> loads = run.loop.takeLoads();
        run.loop.cancel(2);
        run.step();
        assertEquals(FinishReason.CANCELLED, run.answer(2).finished().reason());
        assertEquals(40 - 6, run.pool.availableBlocks());
        assertThrows(RequestRefused.class, () -> run.submit(2, prompt(5, 1), sampled(1, 4)));
        loads.forEach(load -> run.loop.loaded(load, run.pool.load(load.key(), load.tokens(), load.target())));
        assertEquals(40, run.pool.availableBlocks());
        assertTrue(!run.loop.hasWork());
    }

    @Test
    void shouldPreemptTheNewestWhenBlocksRunOutAndStillAnswerTheSame() {
        EngineRun run = run(9, 64, 4);
        for (int i = 0; i < 4; i++) {
            run.submit(i, prompt(14, i), sampled(i, 40));
        }
        run.finish();
        assertTrue(run.loop.stats().preemptions() > 0);
        for (int i = 0; i < 4; i++) {
            SequenceRequest request = SequenceRequest.of(i, prompt(14, i), sampled(i, 40));
            assertSame(EngineRun.alone(model, Product.F32, request), run.answer(i));
        }
        assertEquals(0, run.answer(0).finished().usage().cachedTokens());
    }

    @Test
    void shouldKeepStreamsRunningWhenALongPromptArrives() {
        EngineRun run = run(64, 24, 4);
        run.submit(1, prompt(6, 1), sampled(1, 60));
        run.submit(2, prompt(7, 2), sampled(2, 60));
        run.step();
        run.submit(3, prompt(200, 3), sampled(3, 2));
        int steps = 0;
        while (run.answer(3).terminal == null) {
            int before = run.answer(1).tokens.size();
            run.step();
            steps++;
            assertEquals(before + 1, run.answer(1).tokens.size());
        }
        assertTrue(steps >= 200 / 24, steps + " steps");
        run.finish();
    }

    @Test
    void shouldNotLetAShortPromptWaitForALongOne() {
        EngineRun run = run(64, 64, 4);
        run.submit(1, prompt(240, 1), sampled(1, 2));
        run.submit(2, prompt(20, 2), sampled(2, 2));
        run.step();
        assertEquals(1, run.answer(2).tokens.size());
        assertEquals(0, run.answer(1).tokens.size());
        run.finish();
    }

    @Test
    void shouldMoveWhenTheBudgetIsSmallerThanABlock() {
        EngineRun run = run(64, 3, 3);
        for (int i = 0; i < 5; i++) {
            run.submit(i, prompt(30, i), sampled(i, 5));
        }
        run.finish();
        for (int i = 0; i < 5; i++) {
            SequenceRequest request = SequenceRequest.of(i, prompt(30, i), sampled(i, 5));
            assertSame(EngineRun.alone(model, Product.F32, request), run.answer(i));
        }
    }

    @Test
    void shouldRefuseWithCountsWhenARequestCannotRun() {
        EngineRun run = run(10, 64, 2);
        RequestRefused tooLong = assertThrows(
                RequestRefused.class, () -> run.submit(1, prompt(256, 1), sampled(1, 1)));
        assertEquals(RequestRefused.Reason.PROMPT_TOO_LONG, tooLong.reason());
        assertEquals("prompt of 256 tokens, the context holds 256 and the answer needs at least 1 of them",
                tooLong.getMessage());
        RequestRefused tooLarge = assertThrows(
                RequestRefused.class, () -> run.submit(1, prompt(80, 1), sampled(1, 1)));
        assertEquals(RequestRefused.Reason.POOL_TOO_SMALL, tooLarge.reason());
        assertEquals("prompt of 80 tokens, the block pool holds 80 (10 blocks)", tooLarge.getMessage());
        for (int[] prompt : new int[][] {{}, {61}, {-1}, {Integer.MIN_VALUE}}) {
            RequestRefused invalid = assertThrows(
                    RequestRefused.class, () -> run.submit(1, prompt, sampled(1, 1)));
            assertEquals(RequestRefused.Reason.INVALID, invalid.reason());
        }
        RequestRefused unknown = assertThrows(RequestRefused.class, () -> run.submit(new SequenceRequest(1,
                prompt(5, 1), sampled(1, 1), "", Optional.of("nobody"), true, 0, Optional.empty())));
        assertEquals(RequestRefused.Reason.UNKNOWN_ADAPTER, unknown.reason());
        assertTrue(!run.loop.hasWork());
        run.submit(1, prompt(79, 1), sampled(1, 50));
        run.finish();
        assertEquals(FinishReason.LENGTH, run.answer(1).finished().reason());
        assertEquals(1, run.answer(1).tokens.size());
    }

    @Test
    void shouldRefuseWithTheLimitWhenTheQueueIsFull() {
        var config = new quern.config.EngineConfig(Optional.empty(),
                quern.config.EngineConfig.LoadType.AS_STORED, 0, 64, 1, 2, 8, 16, 0, Product.F32,
                java.time.Duration.ofMillis(50), Optional.empty(), Optional.empty(), 16, EngineRun.SCHEDULING);
        EngineRun run = new EngineRun(model, Product.F32, 16, BLOCK, config);
        run.submit(1, prompt(5, 1), sampled(1, 3));
        run.submit(2, prompt(5, 1), sampled(1, 3));
        RequestRefused full = assertThrows(
                RequestRefused.class, () -> run.submit(3, prompt(5, 1), sampled(1, 3)));
        assertEquals(RequestRefused.Reason.QUEUE_FULL, full.reason());
        assertEquals(QuernException.Category.RETRYABLE, full.category());
        assertEquals("2 requests wait, at most 2", full.getMessage());
        run.finish();
    }

    @Test
    void shouldStopAtAStopStringAndAtTheEndToken() {
        Answer free = EngineRun.alone(model, Product.F32, SequenceRequest.of(1, prompt(9, 5), sampled(4, 30)));
        String stop = free.text.substring(6, 9);
        EngineRun run = run(16, 64, 2);
        run.submit(1, prompt(9, 5), sampled(4, 30).withStop(List.of(stop)));
        run.finish();
        assertEquals(FinishReason.STOP, run.answer(1).finished().reason());
        assertEquals(Optional.of(stop), run.answer(1).finished().stop());
        assertEquals(free.text.substring(0, free.text.indexOf(stop)), run.answer(1).text.toString());

        TokenMask onlyEnd = new TokenMask() {
            @Override
            public BitSet allowed() {
                BitSet end = new BitSet();
                end.set(60);
                return end;
            }

            @Override
            public void accept(int token) {
                assertEquals(60, token);
            }
        };
        run.submit(new SequenceRequest(2, prompt(9, 5), SamplingParameters.greedy(5), "", Optional.empty(), true, 0,
                Optional.of(onlyEnd)));
        run.finish();
        assertEquals(FinishReason.STOP, run.answer(2).finished().reason());
        assertEquals(0, run.answer(2).tokens.size());
        assertEquals(0, run.answer(2).finished().usage().completionTokens());
    }

    @Test
    void shouldShareNothingAcrossTenantsAndKeepNothingWhenNotRetained() {
        EngineRun run = run(64, 64, 2);
        run.submit(tenant(1, "a", false));
        run.finish();
        run.submit(tenant(2, "a", true));
        run.finish();
        run.submit(tenant(3, "b", true));
        run.finish();
        run.submit(tenant(4, "a", false));
        run.finish();
        assertEquals(0, run.answer(2).finished().usage().cachedTokens());
        assertEquals(0, run.answer(3).finished().usage().cachedTokens());
        assertEquals(29, run.answer(4).finished().usage().cachedTokens());
        assertEquals(run.answer(1).logprobs, run.answer(4).logprobs);
    }

    private static SequenceRequest tenant(long id, String salt, boolean retain) {
        return new SequenceRequest(
                id, prompt(30, 1), sampled(1, 4), salt, Optional.empty(), retain, 0, Optional.empty());
    }

    @Test
    void shouldDifferByChoiceWhenTheSeedIsShared() {
        EngineRun run = run(64, 64, 4);
        for (int choice = 0; choice < 3; choice++) {
            run.submit(new SequenceRequest(choice, prompt(30, 1), sampled(1, 12), "", Optional.empty(), true,
                    choice, Optional.empty()));
        }
        run.finish();
        assertNotEquals(run.answer(0).tokens, run.answer(1).tokens);
        assertNotEquals(run.answer(1).tokens, run.answer(2).tokens);
        assertEquals(0, run.answer(0).finished().usage().cachedTokens());
        assertEquals(29, run.answer(2).finished().usage().cachedTokens(), "a prompt is computed once for all choices");
    }

    @Test
    void shouldServeAdaptersBesideTheBaseWithTheirOwnCaches() {
        EngineRun run = run(64, 64, 8);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 6; i++) {
                run.submit(adapted(10 * round + i, i % 3));
            }
            run.finish();
        }
        for (int i = 0; i < 6; i++) {
            Answer alone = EngineRun.alone(model, Product.F32, adapted(i, i % 3));
            assertSame(alone, run.answer(i));
            assertSame(alone, run.answer(10 + i));
            assertEquals(i < 3 ? 0 : 29, run.answer(i).finished().usage().cachedTokens());
        }
        assertNotEquals(run.answer(0).logprobs, run.answer(1).logprobs);
        assertNotEquals(run.answer(1).logprobs, run.answer(2).logprobs);
    }

    private static SequenceRequest adapted(long id, int adapter) {
        return new SequenceRequest(id, prompt(30, 1), sampled(1, 6), "",
                List.of(Optional.<String>empty(), Optional.of("one"), Optional.of("two")).get(adapter), true, 0,
                Optional.empty());
    }

    @Test
    void shouldKeepTheAdapterASequenceBeganWithWhenAnotherIsPublished() {
        EngineRun run = run(64, 64, 2);
        run.submit(adapted(1, 1));
        run.step();
        run.model.adapters().publish("one", quern.inference.TinyAdapter.of(run.model, 4, 0.5f, 99));
        run.finish();
        assertSame(EngineRun.alone(model, Product.F32, adapted(1, 1)), run.answer(1));
        run.submit(adapted(2, 1));
        run.finish();
        assertEquals(0, run.answer(2).finished().usage().cachedTokens());
        assertNotEquals(run.answer(1).logprobs, run.answer(2).logprobs);
        assertTrue(run.model.adapters().remove("one"));
        assertThrows(RequestRefused.class, () -> run.submit(adapted(3, 1)));
    }

    @Test
    void shouldFailOnlyOneSequenceWhenItsMaskLeavesNothing() {
        EngineRun run = run(64, 64, 4);
        TokenMask nothing = new TokenMask() {
            @Override
            public BitSet allowed() {
                return new BitSet();
            }

            @Override
            public void accept(int token) {
                throw new IllegalStateException("nothing was allowed");
            }
        };
        run.submit(new SequenceRequest(1, prompt(9, 5), SamplingParameters.greedy(5), "", Optional.empty(), true, 0,
                Optional.of(nothing)));
        run.submit(2, prompt(9, 5), sampled(1, 5));
        run.finish();
        assertTrue(run.answer(1).terminal instanceof EngineEvent.Failed);
        assertEquals(5, run.answer(2).tokens.size());
    }

    @Test
    void shouldEndEverySequenceWhenAllAreFailed() {
        EngineRun run = run(64, 64, 1);
        run.submit(1, prompt(9, 5), sampled(1, 50));
        run.submit(2, prompt(9, 5), sampled(1, 50));
        run.step();
        run.loop.failAll(new QuernException(QuernException.Category.RETRYABLE, "shutting down"));
        run.finish();
        assertEquals("shutting down", ((EngineEvent.Failed) run.answer(1).terminal).cause().getMessage());
        assertEquals("shutting down", ((EngineEvent.Failed) run.answer(2).terminal).cause().getMessage());
    }
}
