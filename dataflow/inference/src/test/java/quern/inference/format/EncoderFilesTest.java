package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Pooling;
import quern.gpu.kernel.Activation;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.encoder.EncoderModels;
import quern.inference.encoder.EncoderRun;
import quern.inference.encoder.EncoderShape;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.encoder.PlainEncoder;
import quern.inference.encoder.TinyEncoder;

class EncoderFilesTest {

    private static final int[] TOKENS = {2, 4, 9, 1, 5, 3};
    private static final String TEXT = "A0 a5, a1";

    @TempDir
    Path folder;

    private static void check(Path path, TinyEncoder model, Pooling pooling, double limit) {
        assertTrue(EncoderFiles.isEncoder(path));
        try (LoadedEncoder loaded = LoadedEncoder.load(
                EncoderFiles.open(path), new ScalarKernels(), Optional.empty(), "")) {
            assertEquals(pooling, loaded.pooling());
            assertArrayEquals(TOKENS, loaded.tokens(TEXT));
            EncoderRun run = new EncoderRun(loaded.encoder(), List.of(TOKENS));
            while (!run.done()) {
                run.advance(100);
            }
            double[] expected = new PlainEncoder(model).vector(TOKENS, pooling);
            float[] found = run.vector(0, pooling);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], found[i], limit);
            }
        }
    }

    private Path bert(TinyEncoder model, UnaryOperator<String> names) throws IOException {
        return EncoderModels.directory(
                folder.resolve("bert"), model, EncoderModels.config(model, "BertModel"), names);
    }

    private static String refusal(Path path) {
        return assertThrows(ModelFormatException.class, () -> EncoderFiles.open(path)).getMessage();
    }

    @Test
    void shouldReadBertWhateverItsNamesArePrefixedWith() throws IOException {
        TinyEncoder model = TinyEncoder.bert(1);
        check(bert(model, EncoderModels::bert), model, Pooling.MEAN, 5e-6);
        UnaryOperator<String> old = name -> "bert." + EncoderModels.bert(name)
                .replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        check(bert(model, old), model, Pooling.MEAN, 5e-6);
    }

    @Test
    void shouldReadTheWordsOfVocabTxtWhenThereIsNothingElse() throws IOException {
        TinyEncoder model = TinyEncoder.bert(1);
        Path path = bert(model, EncoderModels::bert);
        Files.delete(path.resolve("tokenizer.json"));
        Path words = path.resolve("vocab.txt");
        Files.write(words, EncoderModels.words(model));
        check(path, model, Pooling.MEAN, 5e-6);
        Files.writeString(path.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
        try (EncoderFile file = EncoderFiles.open(path)) {
            assertArrayEquals(new int[] {2, 1, 4, 3}, file.tokenizer().encodeFramed("A0 a0"));
        }
        Files.write(words, List.of("[PAD]", "[UNK]", "[SEP]", "a0"));
        try (EncoderFile file = EncoderFiles.open(path)) {
            var refused = assertThrows(ModelFormatException.class, file::tokenizer);
            assertTrue(refused.getMessage().contains("has no line [CLS]"), refused.getMessage());
        }
    }

    @Test
    void shouldReadRobertaWithPositionsThatBeginBehindThePadding() throws IOException {
        TinyEncoder model = TinyEncoder.roberta(2);
        Path path = EncoderModels.directory(folder.resolve("roberta"), model,
                EncoderModels.config(model, "XLMRobertaModel"), name -> "roberta." + EncoderModels.bert(name));
        check(path, model, Pooling.MEAN, 5e-6);
        try (EncoderFile file = EncoderFiles.open(path)) {
            assertEquals(66, file.shape().contextTokens());
        }
    }

    @Test
    void shouldReadDistilbertByItsOwnNames() throws IOException {
        TinyEncoder model = new TinyEncoder(new EncoderShape(
                "distilbert", 2, 24, 3, 30, 37, 40, 0, false, 1e-12f, Activation.GELU), 3);
        var config = EncoderModels.config(model, "DistilBertModel").put("dim", 24).put("n_layers", 2)
                .put("n_heads", 3).put("hidden_dim", 30);
        check(EncoderModels.directory(folder.resolve("distil"), model, config, EncoderModels::distilbert), model,
                Pooling.MEAN, 5e-6);
    }

    @Test
    void shouldPoolAndLimitAsSentenceTransformersSays() throws IOException {
        TinyEncoder model = TinyEncoder.bert(1);
        Path path = bert(model, EncoderModels::bert);
        Files.createDirectory(path.resolve("1_Pooling"));
        Path pooling = path.resolve("1_Pooling/config.json");
        Files.writeString(pooling, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        Files.writeString(path.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 20}");
        check(path, model, Pooling.CLS, 5e-6);
        try (EncoderFile file = EncoderFiles.open(path)) {
            assertEquals(20, file.shape().contextTokens());
        }
        Files.writeString(path.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Transformer\"},"
                + "{\"path\": \"1_Pooling\", \"type\": \"sentence_transformers.models.Pooling\"},"
                + "{\"path\": \"2_Normalize\", \"type\": \"sentence_transformers.models.Normalize\"}]");
        check(path, model, Pooling.CLS, 5e-6);
        Files.writeString(pooling, "{\"pooling_mode_max_tokens\": true}");
        assertTrue(refusal(path).contains("pooling_mode_max_tokens"), refusal(path));
        Files.writeString(path.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Dense\"}]");
        assertTrue(refusal(path).contains("sentence_transformers.models.Dense"), refusal(path));
        Files.writeString(path.resolve("modules.json"),
                "[{\"path\": \"../../x\", \"type\": \"sentence_transformers.models.Pooling\"}]");
        assertTrue(refusal(path).contains("expected a plain name"), refusal(path));
    }

    @Test
    void shouldReadGgufWithWeightsOfAnyType() {
        TinyEncoder model = new TinyEncoder(new EncoderShape(
                "bert", 2, 64, 4, 96, 50, 32, 0, true, 1e-12f, Activation.GELU), 5);
        check(EncoderModels.gguf(folder.resolve("f32.gguf"), model, ElementType.F32, 1), model, Pooling.MEAN, 5e-6);
        check(EncoderModels.gguf(folder.resolve("cls.gguf"), model, ElementType.F16, 2), model, Pooling.CLS, 1e-3);
        check(EncoderModels.gguf(folder.resolve("q8.gguf"), model, ElementType.Q8_0, 3), model, Pooling.LAST, 3e-2);
        Path rank = EncoderModels.gguf(folder.resolve("rank.gguf"), model, ElementType.F32, 4);
        assertTrue(refusal(rank).contains("bert.pooling_type is 4"), refusal(rank));
    }

    @Test
    void shouldRefuseByNameWhatIsNoSupportedEncoder() throws IOException {
        TinyEncoder model = TinyEncoder.bert(1);
        Path path = EncoderModels.directory(folder.resolve("modern"), model,
                EncoderModels.config(model, "ModernBertModel").put("model_type", "modernbert"), EncoderModels::bert);
        assertTrue(EncoderFiles.isEncoder(path));
        assertTrue(refusal(path).contains("encoder ModernBertModel, supported are [BertForMaskedLM"), refusal(path));
        Path other = folder.resolve("nomic.gguf");
        new GgufWriter().text("general.architecture", "nomic-bert").write(other);
        assertTrue(EncoderFiles.isEncoder(other));
        assertTrue(refusal(other).contains("encoder architecture nomic-bert, supported is bert"), refusal(other));
        Path llama = folder.resolve("llama.gguf");
        new GgufWriter().text("general.architecture", "llama").write(llama);
        assertFalse(EncoderFiles.isEncoder(llama));
        assertFalse(EncoderFiles.isEncoder(folder.resolve("absent")));
    }

    @Test
    void shouldSayWhatIsWrongWhenTheConfigurationLies() throws IOException {
        TinyEncoder model = TinyEncoder.bert(1);
        Path path = folder.resolve("lying");
        var config = EncoderModels.config(model, "BertModel");
        EncoderModels.directory(path, model, config.deepCopy().put("num_attention_heads", 4), EncoderModels::bert);
        assertTrue(refusal(path).contains("hidden width 35, expected a multiple of the 4 heads"), refusal(path));
        EncoderModels.directory(path, model, config.deepCopy().put("hidden_act", "relu"), EncoderModels::bert);
        assertTrue(refusal(path).contains("hidden_act is relu"), refusal(path));
        EncoderModels.directory(path, model, config.deepCopy().put("position_embedding_type", "relative_key"),
                EncoderModels::bert);
        assertTrue(refusal(path).contains("relative_key"), refusal(path));
        EncoderModels.directory(path, model, config, name -> EncoderModels.bert(name).replace("query", "queery"));
        assertTrue(refusal(path).contains("attention.self.queery"), refusal(path));
        EncoderModels.directory(path, model, config.deepCopy().put("max_position_embeddings", 71),
                EncoderModels::bert);
        String message = assertThrows(quern.config.QuernException.class, () -> LoadedEncoder.load(
                EncoderFiles.open(path), new ScalarKernels(), Optional.empty(), "")).getMessage();
        assertEquals("lying: position_embd.weight is 70 x 35, expected 71 or more x 35", message);
    }
}
