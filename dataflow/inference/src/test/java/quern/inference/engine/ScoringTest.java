package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig.Product;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.sampling.SamplingParameters;

/** Log-probabilities of given tokens, read in the engine's steps. */
class ScoringTest {

    private static final int BLOCK = 8;

    private final TinyModel model = TinyModel.qwen2(7);

    private static int[] prompt(int count, long seed) {
        return new Random(seed).ints(count, 0, 50).toArray();
    }

    private EngineRun run(int blocks, int maxBatchedTokens, int sequencesMax) {
        return new EngineRun(model, Product.F32, blocks, BLOCK, EngineRun.config(maxBatchedTokens, sequencesMax));
    }

    private static SequenceRequest scored(long id, int[] prompt, int from) {
        return SequenceRequest.scored(id, prompt, from, "", Optional.empty());
    }

    private static double[] logprobs(EngineRun run, long id) {
        return ((EngineEvent.Scored) run.answer(id).terminal).logprobs();
    }

    /** From the logits of a pass without an engine, in doubles. */
    private double[] expected(int[] prompt, int from) {
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        double[] all = new double[prompt.length - from];
        try (DirectRun direct = new DirectRun(loaded, Optional.empty(), ElementType.F16)) {
            direct.append(prompt, (position, logits, at) -> {
                if (position + 1 >= from && position + 1 < prompt.length) {
                    double mass = 0;
                    for (int i = 0; i < loaded.shape().vocabulary(); i++) {
                        mass += Math.exp(logits[at + i]);
                    }
                    all[position + 1 - from] = logits[at + prompt[position + 1]] - Math.log(mass);
                }
            });
        }
        return all;
    }

    @Test
    void shouldGiveTheModelsLogprobsWhenPromptsAreCutBesideStreams() {
        EngineRun run = run(128, 24, 12);
        run.submit(1, prompt(9, 1), SamplingParameters.plain(1, 40).ignoringEos());
        run.submit(scored(2, prompt(71, 2), 1));
        run.submit(scored(3, prompt(71, 3), 70));
        run.submit(scored(4, prompt(40, 4), 17));
        run.submit(scored(5, prompt(2, 5), 1));
        run.submit(SequenceRequest.embedding(6, prompt(20, 6), "", Optional.empty(),
                quern.config.EngineConfig.Pooling.MEAN));
        run.finish();
        assertArrayEquals(expected(prompt(71, 2), 1), logprobs(run, 2), 1e-4);
        assertArrayEquals(expected(prompt(71, 3), 70), logprobs(run, 3), 1e-4);
        assertArrayEquals(expected(prompt(40, 4), 17), logprobs(run, 4), 1e-4);
        assertArrayEquals(expected(prompt(2, 5), 1), logprobs(run, 5), 1e-4);
        assertEquals(40, run.answer(1).tokens.size());
        assertTrue(run.answer(6).terminal instanceof EngineEvent.Embedded);
    }

    @Test
    void shouldGiveTheSameBitsWhenAloneCutOrPreempted() {
        int[] prompt = prompt(61, 5);
        EngineRun alone = run(64, 512, 1);
        alone.submit(scored(1, prompt, 5));
        alone.finish();
        EngineRun cut = run(64, 16, 4);
        cut.submit(1, prompt(5, 9), SamplingParameters.plain(1, 30).ignoringEos());
        cut.submit(scored(2, prompt, 5));
        cut.finish();
        assertArrayEquals(logprobs(alone, 1), logprobs(cut, 2));
        EngineRun tight = run(17, 16, 5);
        for (int stream = 10; stream < 14; stream++) {
            tight.submit(stream, prompt(13, stream), SamplingParameters.plain(1, 30).ignoringEos());
        }
        while (tight.answer(13).tokens.isEmpty()) {
            tight.step();
        }
        tight.submit(scored(2, prompt, 5));
        tight.finish();
        assertTrue(tight.loop.stats().preemptions() > 0, "nothing was preempted");
        assertArrayEquals(logprobs(alone, 1), logprobs(tight, 2));
    }

    @Test
    void shouldRefuseWhenNothingStandsBeforeOrNothingIsToBeScored() {
        EngineRun run = run(64, 16, 4);
        assertThrows(RequestRefused.class, () -> run.submit(scored(1, prompt(4, 1), 0)));
        assertThrows(RequestRefused.class, () -> run.submit(scored(2, prompt(4, 1), 4)));
    }
}
