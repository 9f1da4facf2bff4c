package quern.inference.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.gpu.vector.VectorKernels;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.TinyAdapter;
import quern.inference.TinyModel;
import quern.inference.format.ModelFile;

class TransformerTest {

    private static final double TOLERANCE = 5e-4;

    private static int[] tokens(int count, int vocabulary) {
        return new Random(count).ints(count, 0, vocabulary).toArray();
    }

    private static void assertClose(double[][] expected, float[][] actual) {
        assertEquals(expected.length, actual.length);
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                double difference = Math.abs(expected[t][i] - actual[t][i]);
                assertTrue(difference <= TOLERANCE, "position " + t + " token " + i + " differs by " + difference);
            }
        }
    }

    @Test
    void shouldEqualThePlainForwardWhenTheModelIsOfTheLlamaKind() {
        TinyModel model = TinyModel.llama(1);
        int[] tokens = tokens(71, model.shape().vocabulary());
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        assertClose(new PlainForward(model).logits(tokens), ForwardRun.logits(loaded, tokens));
    }

    @Test
    void shouldEqualThePlainForwardWhenThereAreBiasesAndTiedEmbeddings() {
        TinyModel model = TinyModel.qwen2(2);
        int[] tokens = tokens(67, model.shape().vocabulary());
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        assertClose(new PlainForward(model).logits(tokens), ForwardRun.logits(loaded, tokens));
    }

    @Test
    void shouldNotRoundActivationsWhenWeightsAreFloats() {
        TinyModel model = TinyModel.llama(1);
        int[] tokens = tokens(40, model.shape().vocabulary());
        float[][] exact = ForwardRun.logits(LoadedModel.load(model, new ScalarKernels(), Product.F32), tokens);
        float[][] served = ForwardRun.logits(LoadedModel.load(model, new ScalarKernels(), Product.Q8), tokens);
        for (int t = 0; t < tokens.length; t++) {
            assertArrayEquals(exact[t], served[t]);
        }
    }

    static Stream<TinyModel> families() {
        return Stream.of(
                TinyModel.capped(6), TinyModel.scaled(7), TinyModel.sparse(8, true), TinyModel.sparse(9, false));
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldEqualThePlainForwardWhenTraitsAreOfAnotherFamily(TinyModel model) {
        int[] tokens = tokens(71, model.shape().vocabulary());
        double[][] expected = new PlainForward(model).logits(tokens);
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        float[][] found = ForwardRun.logits(loaded, tokens);
        assertClose(expected, found);
        try (ComputeTeam team = new ComputeTeam(2)) {
            LoadedModel fast = LoadedModel.load(model, new VectorKernels(team), Product.F32);
            assertArrayEquals(found, ForwardRun.logits(fast, tokens));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldGiveTheSameBitsWhenAPromptOfAnotherFamilyIsCutIntoChunks(TinyModel model) {
        checkChunks(model, Product.Q8);
    }

    @Test
    void shouldGiveTheSameBitsWhenAPromptIsCutIntoChunks() {
        for (Product product : Product.values()) {
            checkChunks(TinyModel.qwen2(3), product);
        }
    }

    private static void checkChunks(TinyModel model, Product product) {
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), product);
        int[] tokens = tokens(70, model.shape().vocabulary());
        float[][] whole = ForwardRun.logits(loaded, tokens);
        for (int chunkTokens : new int[] {1, 7, 32, 64}) {
            assertArrayEquals(whole, ForwardRun.logits(loaded, tokens, chunkTokens, null));
        }
    }

    @Test
    void shouldEqualThePlainForwardWhenAnAdapterSitsBesideEveryMatrix() {
        TinyModel model = TinyModel.llama(4);
        LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
        LoraWeights adapter = TinyAdapter.of(loaded, 5, 0.7f, 9);
        int[] tokens = tokens(45, model.shape().vocabulary());
        double[][] expected = new PlainForward(model, adapter.targets(), 0.7f).logits(tokens);
        LoraMatrices matrices = new LoraMatrices(adapter, loaded.kernels());
        assertClose(expected, ForwardRun.logits(loaded, tokens, 16, matrices));
    }

    @Test
    void shouldEqualThePlainForwardWhenRowsHaveMagnitudes() {
        for (TinyModel model : List.of(TinyModel.llama(4), TinyModel.qwen2(4))) {
            LoadedModel loaded = LoadedModel.load(model, new ScalarKernels(), Product.F32);
            LoraWeights adapter = TinyAdapter.withMagnitudes(loaded, 5, 0.7f, 9);
            int[] tokens = tokens(45, model.shape().vocabulary());
            double[][] expected = new PlainForward(model, adapter.targets(), 0.7f).logits(tokens);
            LoraMatrices matrices = new LoraMatrices(adapter, loaded.kernels());
            assertClose(expected, ForwardRun.logits(loaded, tokens, 16, matrices));
        }
    }

    @Test
    void shouldCallAnAdapterByItsMagnitudesToo() {
        LoadedModel loaded = LoadedModel.load(TinyModel.llama(4), new ScalarKernels(), Product.F32);
        LoraWeights without = TinyAdapter.of(loaded, 3, 1, 1);
        LoraWeights one = TinyAdapter.withMagnitudes(loaded, 3, 1, 1);
        LoraWeights other = TinyAdapter.withMagnitudes(loaded, 3, 1, 1);
        assertEquals(one.fingerprint(), other.fingerprint());
        assertTrue(!one.fingerprint().equals(without.fingerprint()));
        Rows last = other.targets().lastEntry().getValue().magnitudes().orElseThrow();
        last.values()[last.count() - 1] += 1e-6f;
        assertTrue(!one.fingerprint().equals(other.fingerprint()));
        last.values()[0] = Float.NaN;
        assertThrows(QuernException.class, () -> loaded.adapters().publish("nan", other));
    }

    @Test
    void shouldRefuseAnAdapterWhenItDoesNotFit() {
        LoadedModel loaded = LoadedModel.load(TinyModel.llama(4), new ScalarKernels(), Product.F32);
        LoraWeights fitting = TinyAdapter.of(loaded, 3, 1, 1);
        assertEquals(64, loaded.adapters().publish("one", fitting).fingerprint().length());

        SortedMap<String, LoraWeights.Pair> unknown = new TreeMap<>(fitting.targets());
        unknown.put("blk.9.attn_q.weight", fitting.targets().get("blk.0.attn_q.weight"));
        assertThrows(QuernException.class,
                () -> loaded.adapters().publish("two", new LoraWeights(3, 1, unknown)));

        SortedMap<String, LoraWeights.Pair> misshapen = new TreeMap<>(fitting.targets());
        misshapen.put("blk.0.attn_k.weight", fitting.targets().get("blk.0.attn_q.weight"));
        QuernException refused = assertThrows(QuernException.class,
                () -> loaded.adapters().publish("two", new LoraWeights(3, 1, misshapen)));
        assertEquals("adapter two: blk.0.attn_k.weight is 48 x 40, expected 24 x 40", refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new LoraWeights(4, 1, fitting.targets()));

        fitting.targets().get("blk.0.attn_q.weight").a().values()[1] = Float.POSITIVE_INFINITY;
        assertThrows(QuernException.class, () -> loaded.adapters().publish("two", fitting));
        assertEquals(java.util.Set.of("one"), loaded.adapters().names());
    }

    /** The model with one tensor replaced. */
    private static ModelFile with(TinyModel model, Tensor replacement) {
        return (ModelFile) Proxy.newProxyInstance(ModelFile.class.getClassLoader(), new Class<?>[] {ModelFile.class},
                (proxy, method, arguments) -> method.getName().equals("tensor")
                        && arguments[0].equals(replacement.name()) ? replacement : method.invoke(model, arguments));
    }

    private static String refusal(Tensor replacement) {
        ModelFile file = with(TinyModel.llama(4), replacement);
        return assertThrows(QuernException.class,
                () -> LoadedModel.load(file, new ScalarKernels(), Product.F32)).getMessage();
    }

    @Test
    void shouldRefuseAModelWhenATensorHasOtherDimensions() {
        assertEquals("tiny-llama-F32-4: blk.1.ffn_down.weight is 40 x 51, expected 40 x 52",
                refusal(Tensor.ofFloats("blk.1.ffn_down.weight", 40, 51, new float[40 * 51])));
        assertEquals("tiny-llama-F32-4: output_norm.weight is 1 x 39, expected 1 x 40",
                refusal(Tensor.ofFloats("output_norm.weight", 1, 39, new float[39])));
    }

    @Test
    void shouldNameAnAdapterByItsNumbersWhenFingerprinted() {
        LoadedModel loaded = LoadedModel.load(TinyModel.llama(4), new ScalarKernels(), Product.F32);
        LoraWeights one = TinyAdapter.of(loaded, 3, 1, 1);
        LoraWeights same = TinyAdapter.of(loaded, 3, 1, 1);
        assertEquals(one.fingerprint(), same.fingerprint());
        same.targets().get("blk.1.ffn_up.weight").b().values()[0] += 1e-6f;
        assertTrue(!one.fingerprint().equals(same.fingerprint()));
        assertTrue(!one.fingerprint().equals(new LoraWeights(3, 2, one.targets()).fingerprint()));
    }
}
