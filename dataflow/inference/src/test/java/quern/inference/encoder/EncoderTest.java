package quern.inference.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Pooling;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.kernel.Activation;
import quern.gpu.kernel.Kernels;
import quern.gpu.scalar.ScalarKernels;

class EncoderTest {

    private static List<int[]> texts(TinyEncoder model) {
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {1, 31, 2, model.shape().contextTokens(), 33}) {
            texts.add(new Random(length).ints(length, 0, model.shape().vocabulary()).toArray());
        }
        return texts;
    }

    private static List<float[]> run(
            TinyEncoder model, Kernels kernels, List<int[]> texts, int rowsMax, Pooling pooling) {
        LoadedEncoder loaded = LoadedEncoder.load(model, kernels, Optional.of(pooling), "");
        EncoderRun run = new EncoderRun(loaded.encoder(), texts);
        while (!run.done()) {
            assertTrue(run.advance(rowsMax) <= Math.max(1, rowsMax));
        }
        List<float[]> vectors = new ArrayList<>();
        for (int text = 0; text < texts.size(); text++) {
            vectors.add(run.vector(text, loaded.pooling()));
        }
        return vectors;
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void shouldEqualThePlainEncoderWhenTextsAreOfAllLengths(Pooling pooling) {
        for (TinyEncoder model : List.of(TinyEncoder.bert(1), TinyEncoder.roberta(2))) {
            List<int[]> texts = texts(model);
            List<float[]> vectors = run(model, new ScalarKernels(), texts, 4096, pooling);
            for (int i = 0; i < texts.size(); i++) {
                double[] expected = new PlainEncoder(model).vector(texts.get(i), pooling);
                assertEquals(expected.length, vectors.get(i).length);
                for (int k = 0; k < expected.length; k++) {
                    assertEquals(expected[k], vectors.get(i)[k], 5e-6, model.name() + " text " + i + " element " + k);
                }
            }
        }
    }

    @Test
    void shouldGiveTheSameBitsWhenCutBatchedOrOnAnotherBackend() {
        TinyEncoder model = TinyEncoder.bert(3);
        List<int[]> texts = texts(model);
        List<float[]> together = run(model, new ScalarKernels(), texts, 4096, Pooling.MEAN);
        BackendConfig vector = new BackendConfig(BackendConfig.Choice.VECTOR, 2);
        try (Backend backend = BackendChoice.choose(vector).backend()) {
            for (int rowsMax : new int[] {0, 1, 7, 64, 4096}) {
                List<float[]> cut = run(model, backend.kernels(), texts, rowsMax, Pooling.MEAN);
                for (int i = 0; i < texts.size(); i++) {
                    assertArrayEquals(together.get(i), cut.get(i), "pieces of " + rowsMax);
                }
            }
            for (int i = 0; i < texts.size(); i++) {
                List<float[]> alone = run(model, backend.kernels(), texts.subList(i, i + 1), 40, Pooling.MEAN);
                assertArrayEquals(together.get(i), alone.getFirst());
            }
        }
    }

    @Test
    void shouldKeepTheGoldenVectorOfASeed() {
        TinyEncoder model = new TinyEncoder(
                new EncoderShape("bert", 1, 4, 2, 6, 11, 8, 0, true, 1e-12f, Activation.GELU), 42);
        double[] golden = {0.71645053725589, -0.17451176374034, 0.60953314968720, -0.29105602796435};
        double[] expected = new PlainEncoder(model).vector(new int[] {3, 1, 4, 1, 5}, Pooling.MEAN);
        float[] found = run(model, new ScalarKernels(), List.of(new int[] {3, 1, 4, 1, 5}), 9, Pooling.MEAN).getFirst();
        for (int i = 0; i < golden.length; i++) {
            assertEquals(golden[i], expected[i], 1e-9);
            assertEquals(golden[i], found[i], 5e-6);
        }
    }

    @Test
    void shouldNameTheTensorWhenItHasOtherDimensions() {
        TinyEncoder model = TinyEncoder.roberta(1);
        model.tensors().put("blk.1.ffn_up.weight", model.tensor("blk.1.ffn_down.weight"));
        String message = assertThrows(QuernException.class,
                () -> LoadedEncoder.load(model, new ScalarKernels(), Optional.empty(), "")).getMessage();
        assertEquals("tiny-roberta: blk.1.ffn_down.weight is 32 x 40, expected 40 x 32", message);
    }

    @Test
    void shouldStayOfLengthOneWhenShortened() {
        float[] vector = {0.6f, 0, 0.64f, 0.48f};
        assertArrayEquals(new float[] {1, 0}, PooledRow.shortened(vector, 2));
        assertArrayEquals(new float[] {0.6f / (float) Math.sqrt(0.36 + 0.4096), 0, 0.64f / (float) Math.sqrt(0.7696)},
                PooledRow.shortened(vector, 3), 1e-6f);
        assertArrayEquals(new float[] {0, 0}, PooledRow.shortened(new float[] {0, 0, 1}, 2));
    }

    @Test
    void shouldSayThatAStateIsNotFinite() {
        PooledRow row = new PooledRow(Pooling.MEAN, 2);
        assertThrows(IllegalStateException.class, row::vector);
        row.add(new float[] {1, Float.NaN}, 0);
        assertThrows(QuernException.class, row::vector);
        row.clear();
        row.add(new float[] {9, 3, -4}, 1);
        assertArrayEquals(new float[] {0.6f, -0.8f}, row.vector());
    }
}
