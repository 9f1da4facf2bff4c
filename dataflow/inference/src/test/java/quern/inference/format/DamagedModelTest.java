package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.gpu.tensor.ElementType;
import quern.inference.SharedFiles;
import quern.inference.tokenizer.Tokenizer;

class DamagedModelTest {

    private static final List<String> JSON_WORDS = List.of("-1", "9e99", "null", "{}", "[]", "99999999999999999999",
            "\"", "]", "}", "\\u0000", "true", "\"F32\"", "[[[[[[[[", "0.5", "NaN");

    @TempDir
    private Path directory;

    @Test
    void shouldReadOrRefuseWhenGgufFileIsDamaged() throws Exception {
        Path file = directory.resolve("tiny.gguf");
        LlamaFileTest.tiny(true).write(file, ElementType.Q8_0);
        byte[] bytes = Files.readAllBytes(file);
        int refused = Mutations.run(bytes, 12_000, List.of(), damaged -> use(gguf(damaged)));
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    @Test
    void shouldReadOrRefuseWhenPieceVocabularyIsDamaged() throws Exception {
        byte[] bytes = Files.readAllBytes(
                SharedFiles.at("models/stories260K/quant/stories260K-ffn192-q4_0.gguf"));
        int refused = Mutations.run(bytes, 16_000, List.of(), damaged -> use(gguf(damaged)));
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    @Test
    void shouldReadOrRefuseWhenSafetensorsFileIsDamaged() throws Exception {
        byte[] bytes = Files.readAllBytes(
                SharedFiles.at("reference/hf/llama_bf16_sharded/model-00001-of-00002.safetensors"));
        int refused = Mutations.run(bytes, 1_200, JSON_WORDS,
                damaged -> SafetensorsReader.read(MemorySegment.ofArray(damaged), "damaged").values()
                        .forEach(tensor -> tensor.row(tensor.rows() - 1)));
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    @Test
    void shouldReadOrRefuseWhenConfigurationIsDamaged() throws Exception {
        Path model = copyOfStories();
        byte[] bytes = Files.readAllBytes(model.resolve("config.json"));
        int refused = Mutations.run(bytes, bytes.length, JSON_WORDS, damaged -> {
            Files.write(model.resolve("config.json"), damaged);
            ModelFiles.open(model).close();
        });
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    @Test
    void shouldReadOrRefuseWhenTokenizerIsDamaged() throws Exception {
        Path model = copyOfStories();
        byte[] bytes = Files.readAllBytes(model.resolve("tokenizer.json"));
        int refused = Mutations.run(bytes, bytes.length, JSON_WORDS, damaged -> {
            Files.write(model.resolve("tokenizer.json"), damaged);
            try (ModelFile opened = ModelFiles.open(model)) {
                use(opened.tokenizer());
            }
        });
        assertTrue(refused > Mutations.count() / 20, refused + " refused");
    }

    private Path copyOfStories() throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
            Files.copy(SharedFiles.at("models/stories260K/hf/" + name), model.resolve(name));
            assertTrue(model.resolve(name).toFile().setWritable(true));
        }
        return model;
    }

    static ModelFile gguf(byte[] bytes) {
        return new GgufFile(MemorySegment.ofArray(bytes), "damaged", () -> { });
    }

    private static void use(ModelFile model) {
        for (String name : model.tensorNames()) {
            model.tensor(name).row(model.tensor(name).rows() - 1);
        }
        model.chatTemplate();
        model.name();
        use(model.tokenizer());
    }

    private static void use(Tokenizer tokenizer) {
        int[] ids = tokenizer.encode("Once upon a time \u00e9\ud83e\udd99", true);
        tokenizer.decode(ids);
        tokenizer.decode(tokenizer.encodeTemplate("<|im_start|>user</s>"));
    }
}
