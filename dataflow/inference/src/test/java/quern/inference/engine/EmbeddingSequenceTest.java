package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.EngineConfig.Pooling;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.Rows;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.sampling.SamplingParameters;
import quern.inference.transformer.ForwardBatch;
import quern.inference.transformer.Transformer;

/** Embeddings of a decoder: hidden states of prompts, pooled in the engine's steps. */
class EmbeddingSequenceTest {

    private static final int BLOCK = 8;

    private final TinyModel model = TinyModel.qwen2(7);

    private static int[] prompt(int count, long seed) {
        return new Random(seed).ints(count, 0, 50).toArray();
    }

    private EngineRun run(int blocks, int maxBatchedTokens, int sequencesMax) {
        return new EngineRun(
                model, Product.F32, blocks, BLOCK, EngineRun.config(maxBatchedTokens, sequencesMax));
    }

    private static SequenceRequest embedding(long id, int[] prompt, Pooling pooling) {
        return SequenceRequest.embedding(id, prompt, "", Optional.empty(), pooling);
    }

    /** Normed states of all tokens by one forward pass without an engine. */
    private double[][] states(int[] tokens) {
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        KvLayout layout = loaded.kvLayout(ForwardRun.kv(BLOCK, KvConfig.ElementType.F16));
        Transformer transformer = loaded.transformer();
        MemorySegment[] blocks = new MemorySegment[tokens.length / BLOCK + 1];
        Arrays.setAll(blocks, i -> MemorySegment.ofArray(new byte[(int) layout.blockBytes()]));
        MemorySegment[][] rows = new MemorySegment[tokens.length][];
        Arrays.fill(rows, blocks);
        int[] all = IntStream.range(0, tokens.length).toArray();
        Rows logits = transformer.forward(new ForwardBatch(tokens, new KvRows(layout, rows, all), List.of(), all));
        float[] expected = logits.values().clone();
        Rows hidden = transformer.hidden(all);
        Rows again = new Rows(tokens.length, logits.width());
        loaded.kernels().matmul(loaded.weights().output().matrix(), hidden, tokens.length, again);
        assertArrayEquals(Arrays.copyOf(expected, again.values().length), again.values(),
                "hidden states are not what the logits are made of");
        double[][] states = new double[tokens.length][hidden.width()];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < hidden.width(); i++) {
                states[t][i] = hidden.values()[hidden.at(t) + i];
            }
        }
        return states;
    }

    private static void assertDirection(double[] expected, float[] vector) {
        double squares = Arrays.stream(expected).map(x -> x * x).sum();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i] / Math.sqrt(squares), vector[i], 1e-6);
        }
    }

    @Test
    void shouldPoolTheRightStatesWhenPromptsAreCutBesideStreams() {
        EngineRun run = run(128, 24, 12);
        run.submit(1, prompt(9, 1), SamplingParameters.plain(1, 40).ignoringEos());
        int[] prompt = prompt(71, 2);
        for (Pooling pooling : Pooling.values()) {
            run.submit(embedding(10 + pooling.ordinal(), prompt, pooling));
        }
        run.submit(embedding(20, prompt(1, 3), Pooling.MEAN));
        run.submit(2, prompt(30, 4), SamplingParameters.plain(2, 10).ignoringEos());
        run.finish();
        double[][] states = states(prompt);
        double[] mean = new double[states[0].length];
        for (double[] state : states) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += state[i] / states.length;
            }
        }
        assertDirection(mean, run.answer(10 + Pooling.MEAN.ordinal()).vector());
        assertDirection(states[0], run.answer(10 + Pooling.CLS.ordinal()).vector());
        assertDirection(states[70], run.answer(10 + Pooling.LAST.ordinal()).vector());
        assertDirection(states(prompt(1, 3))[0], run.answer(20).vector());
        assertEquals(new Usage(71, 0, 0), ((EngineEvent.Embedded) run.answer(10).terminal).usage());
        assertEquals(40, run.answer(1).tokens.size());
        assertEquals(EngineRun.alone(model, Product.F32, SequenceRequest.of(
                2, prompt(30, 4), SamplingParameters.plain(2, 10).ignoringEos())).tokens, run.answer(2).tokens);
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void shouldGiveTheSameBitsWhenAloneCutWarmOrPreempted(Pooling pooling) {
        int[] prompt = prompt(61, 5);
        EngineRun alone = run(64, 512, 1);
        alone.submit(embedding(1, prompt, pooling));
        alone.finish();
        float[] expected = alone.answer(1).vector();

        EngineRun warm = run(64, 16, 4);
        warm.submit(1, prompt, SamplingParameters.greedy(4));
        warm.finish();
        warm.submit(embedding(2, prompt, pooling));
        warm.finish();
        assertArrayEquals(expected, warm.answer(2).vector());
        assertEquals(0, warm.loop.stats().prefixHitTokens());

        EngineRun crowded = run(17, 16, 4);
        crowded.submit(1, prompt(40, 6), SamplingParameters.plain(1, 60).ignoringEos());
        crowded.submit(embedding(2, prompt, pooling));
        crowded.finish();
        assertArrayEquals(expected, crowded.answer(2).vector());
    }

    @Test
    void shouldStartPoolingOverWhenPreempted() {
        EngineRun run = run(17, 16, 5);
        for (int stream = 10; stream < 14; stream++) {
            run.submit(stream, prompt(13, stream), SamplingParameters.plain(1, 30).ignoringEos());
        }
        while (run.answer(13).tokens.isEmpty()) {
            run.step();
        }
        run.submit(embedding(2, prompt(60, 5), Pooling.MEAN));
        run.finish();
        assertTrue(run.loop.stats().preemptions() > 0, "nothing was preempted");
        EngineRun alone = run(64, 512, 1);
        alone.submit(embedding(2, prompt(60, 5), Pooling.MEAN));
        alone.finish();
        assertArrayEquals(alone.answer(2).vector(), run.answer(2).vector());
    }

    @Test
    void shouldLeaveNothingInTheCacheWhenDone() {
        EngineRun run = run(64, 64, 4);
        run.submit(embedding(1, prompt(33, 5), Pooling.LAST));
        run.finish();
        run.submit(2, prompt(33, 5), SamplingParameters.greedy(2));
        run.finish();
        assertEquals(0, run.answer(2).finished().usage().cachedTokens());
    }

    @Test
    void shouldUseTheAdapterWhenOneIsNamed() {
        EngineRun run = run(64, 64, 4);
        run.submit(embedding(1, prompt(20, 5), Pooling.MEAN));
        run.submit(SequenceRequest.embedding(2, prompt(20, 5), "", Optional.of("one"), Pooling.MEAN));
        run.finish();
        assertTrue(!Arrays.equals(run.answer(1).vector(), run.answer(2).vector()));
    }

    @Test
    void shouldTakeWhatFillsTheContextAndRefuseMore() {
        EngineRun run = run(64, 512, 2);
        run.submit(embedding(1, prompt(256, 1), Pooling.MEAN));
        run.finish();
        assertTrue(run.answer(1).terminal instanceof EngineEvent.Embedded);
        RequestRefused refused = assertThrows(
                RequestRefused.class, () -> run.submit(embedding(2, prompt(257, 1), Pooling.MEAN)));
        assertEquals(RequestRefused.Reason.PROMPT_TOO_LONG, refused.reason());
        assertTrue(refused.getMessage().startsWith("prompt of 257 tokens, the context holds 256"));
    }

    @Test
    void shouldEndAsCancelledWhenNobodyWantsIt() {
        EngineRun run = run(64, 8, 2);
        run.submit(embedding(1, prompt(100, 1), Pooling.MEAN));
        run.step();
        run.loop.cancel(1);
        run.finish();
        assertEquals(FinishReason.CANCELLED, run.answer(1).finished().reason());
    }
}
