package quern.inference.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.VectorKernels;
import quern.inference.EmbeddedModel;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.engine.DirectRun;
import quern.inference.format.ModelFiles;
import quern.inference.perplexity.PerplexityRun;

class CacheTypeTest {

    private static final String TEXT = "The mill stands by the river. Its wheel turns slowly, and the stones inside "
            + "grind the grain that the farmers bring in the autumn. When the water is low the miller waits, reads "
            + "his letters and mends the sacks. In the evening he counts what he has ground and writes it down.";

    @TempDir
    private Path directory;

    @Test
    void shouldHardlyChangePerplexityWhenCacheHasEightBits() {
        try (ComputeTeam team = new ComputeTeam(1);
                LoadedModel model = LoadedModel.load(ModelFiles.open(EmbeddedModel.unpack(directory)),
                        VectorKernels.refusal().isEmpty() ? new VectorKernels(team) : new ScalarKernels(),
                        Product.Q8)) {
            double half = perplexity(model, ElementType.F16);
            double eight = perplexity(model, ElementType.Q8_0);
            assertNotEquals(half, eight);
            assertEquals(half, eight, 0.02 * half);
        }
    }

    private static double perplexity(LoadedModel model, ElementType cache) {
        var run = new PerplexityRun(model, Optional.empty(), TEXT, 64, cache);
        while (!run.done()) {
            run.step();
        }
        return run.report().perplexity();
    }

    @Test
    void shouldStayNearTheExactLogitsWhenCacheHasEightBits() {
        int[] tokens = new int[200];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i * 7 % 53;
        }
        try (LoadedModel model = LoadedModel.load(
                TinyModel.stored(ElementType.F32, 3), new ScalarKernels(), Product.F32)) {
            float[] exact = last(model, tokens, ElementType.F32);
            float[] eight = last(model, tokens, ElementType.Q8_0);
            double squares = 0;
            double difference = 0;
            for (int i = 0; i < exact.length; i++) {
                squares += exact[i] * exact[i];
                difference += (exact[i] - eight[i]) * (exact[i] - eight[i]);
            }
            assertTrue(difference > 0 && Math.sqrt(difference / squares) < 0.03,
                    "relative distance " + Math.sqrt(difference / squares));
        }
    }

    private static float[] last(LoadedModel model, int[] tokens, ElementType cache) {
        try (DirectRun run = new DirectRun(model, Optional.empty(), cache)) {
            return run.append(tokens).clone();
        }
    }

    @Test
    void shouldRefuseWithTheHeadSizeWhenHeadsDoNotFit() {
        KvConfig config = ForwardRun.kv(32, KvConfig.ElementType.Q8_0);
        try (LoadedModel model = LoadedModel.load(TinyModel.llama(1), new ScalarKernels(), Product.F32)) {
            var refused = assertThrows(QuernException.class, () -> model.kvLayout(config));
            assertEquals("kv.type = q8_0: heads of 12 elements, expected a multiple of 32; f16 takes any",
                    refused.getMessage());
        }
    }

    @Test
    void shouldTakeLittleMoreThanHalfTheMemoryWhenCacheHasEightBits() {
        try (LoadedModel model = LoadedModel.load(
                TinyModel.stored(ElementType.F32, 3), new ScalarKernels(), Product.F32)) {
            long half = model.kvLayout(ForwardRun.kv(32, KvConfig.ElementType.F16)).blockBytes();
            long eight = model.kvLayout(ForwardRun.kv(32, KvConfig.ElementType.Q8_0)).blockBytes();
            assertEquals(36.0 / 64, (double) eight / half);
        }
    }
}
