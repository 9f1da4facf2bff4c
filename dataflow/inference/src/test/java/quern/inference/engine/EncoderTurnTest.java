package quern.inference.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import quern.config.EngineConfig;
import quern.config.EngineConfig.Pooling;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.ScalarKernels;
import quern.inference.FaultyKernels;
import quern.inference.TinyModel;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.encoder.PlainEncoder;
import quern.inference.encoder.TinyEncoder;
import quern.inference.sampling.SamplingParameters;

/** Texts for an encoder in the steps of a loop. */
class EncoderTurnTest {

    private final TinyModel model = TinyModel.llama(7);
    private final TinyEncoder encoder = TinyEncoder.roberta(3);

    private EngineRun run(Kernels kernels, EngineConfig config) {
        LoadedEncoder loaded = LoadedEncoder.load(encoder, kernels, Optional.of(Pooling.MEAN), "");
        return new EngineRun(model, Optional.of(loaded), new ScalarKernels(), Product.F32, 64, 8, config,
                KvConfig.ElementType.F16);
    }

    private EngineRun run() {
        return run(new ScalarKernels(), EngineRun.config(40, 4));
    }

    private int[] text(int length) {
        return new Random(length).ints(length, 0, encoder.shape().vocabulary()).toArray();
    }

    private void assertVector(int[] text, EngineRun.Answer answer) {
        double[] expected = new PlainEncoder(encoder).vector(text, Pooling.MEAN);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], answer.vector()[i], 5e-6);
        }
    }

    @Test
    void shouldEmbedEveryTextWhenStreamsRunBeside() {
        EngineRun run = run();
        run.submit(1, new Random(1).ints(20, 0, 60).toArray(), SamplingParameters.plain(1, 60).ignoringEos());
        for (int i = 0; i < 9; i++) {
            run.submit(new EncodeRequest(10 + i, text(1 + 8 * i)));
        }
        assertEquals(9, run.loop.stats().waiting() - 1);
        run.finish();
        for (int i = 0; i < 9; i++) {
            assertVector(text(1 + 8 * i), run.answer(10 + i));
            assertEquals(new Usage(1 + 8 * i, 0, 0), ((EngineEvent.Embedded) run.answer(10 + i).terminal).usage());
        }
        assertEquals(60, run.answer(1).tokens.size());
        assertFalse(run.loop.hasWork());
    }

    @Test
    void shouldLetEveryStreamHaveATokenInEveryStep() {
        EngineRun run = run();
        run.submit(1, new int[] {1, 2, 3}, SamplingParameters.plain(1, 50).ignoringEos());
        run.step();
        for (int i = 0; i < 6; i++) {
            run.submit(new EncodeRequest(10 + i, text(64)));
        }
        for (int steps = 2; steps <= 50; steps++) {
            run.step();
            assertEquals(steps, run.answer(1).tokens.size());
        }
        run.finish();
        assertVector(text(64), run.answer(15));
    }

    @Test
    void shouldTakeSmallPiecesWhenTheStepsTimeIsShort() {
        List<Integer> rows = new ArrayList<>();
        EngineRun[] holder = new EngineRun[1];
        Kernels slow = FaultyKernels.of(new ScalarKernels(), () -> {
            holder[0].nanos[0] += 30_000_000;
            rows.add(1);
            return false;
        });
        EngineRun run = run(slow, EngineRun.config(64, 4));
        holder[0] = run;
        run.submit(new EncodeRequest(1, text(64)));
        int steps = 0;
        while (run.loop.hasWork()) {
            int before = rows.size();
            run.step();
            assertTrue(rows.size() - before <= 2, "a step of 50 ms took " + (rows.size() - before) + " pieces of 30");
            steps++;
        }
        assertTrue(steps > 4, steps + " steps");
        assertVector(text(64), run.answer(1));
    }

    @Test
    void shouldEndAsCancelledInQueueAndInBatch() {
        EngineRun run = run();
        for (int i = 0; i < 4; i++) {
            run.submit(new EncodeRequest(i, text(30)));
        }
        run.step();
        assertEquals(1, run.loop.stats().running());
        run.loop.cancel(0);
        run.loop.cancel(2);
        run.loop.cancel(77);
        assertEquals(0, run.loop.stats().running());
        run.finish();
        assertEquals(FinishReason.CANCELLED, run.answer(0).finished().reason());
        assertEquals(FinishReason.CANCELLED, run.answer(2).finished().reason());
        assertVector(text(30), run.answer(1));
        assertVector(text(30), run.answer(3));
    }

    @Test
    void shouldFailTheBatchAloneWhenTheKernelsBreak() {
        AtomicBoolean broken = new AtomicBoolean(true);
        EngineRun run = run(FaultyKernels.of(new ScalarKernels(), broken::get), EngineRun.config(40, 4));
        run.submit(new EncodeRequest(1, text(30)));
        run.submit(new EncodeRequest(2, text(31)));
        run.submit(3, new int[] {1, 2, 3}, SamplingParameters.greedy(3).ignoringEos());
        while (run.answer(1).terminal == null) {
            run.step();
        }
        broken.set(false);
        run.finish();
        assertTrue(((EngineEvent.Failed) run.answer(1).terminal).cause().getMessage().contains("device lost"));
        assertVector(text(31), run.answer(2));
        assertEquals(3, run.answer(3).tokens.size());
        run.submit(new EncodeRequest(4, text(5)));
        run.submit(new EncodeRequest(5, text(60)));
        run.step();
        run.loop.failAll(new QuernException(QuernException.Category.RETRYABLE, "shutting down"));
        run.finish();
        assertEquals("shutting down", ((EngineEvent.Failed) run.answer(5).terminal).cause().getMessage());
    }

    @Test
    void shouldRefuseWithTheCountsWhenATextCannotBeEncoded() {
        EngineRun run = run();
        assertEquals("text of 67 tokens, the encoder takes 66", refusal(run, new EncodeRequest(1, text(67))));
        assertEquals("text of 0 tokens, expected at least 1", refusal(run, new EncodeRequest(1, new int[0])));
        assertEquals("text holds token 41, expected 0 to 40", refusal(run, new EncodeRequest(1, new int[] {3, 41})));
        run.submit(new EncodeRequest(1, text(3)));
        assertEquals("sequence 1 is known already", refusal(run, new EncodeRequest(1, text(3))));
        EngineRun without = new EngineRun(model, Product.F32, 8, 8, EngineRun.config(8, 1));
        assertEquals("there is no encoder", refusal(without, new EncodeRequest(1, text(3))));
    }

    private static String refusal(EngineRun run, EncodeRequest request) {
        return assertThrows(RequestRefused.class, () -> run.loop.submit(request)).getMessage();
    }
}
