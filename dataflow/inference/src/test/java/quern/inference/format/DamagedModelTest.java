package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.EngineConfig.Product;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.ReferenceFamilies;
import quern.inference.SharedFiles;
import quern.inference.encoder.EncoderModels;
import quern.inference.encoder.EncoderRun;
import quern.inference.encoder.LoadedEncoder;
import quern.inference.encoder.TinyEncoder;
import quern.inference.engine.DirectRun;

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
    void shouldReadOrRefuseWhenFieldsOfGgufHeaderLie() throws Exception {
        Path file = directory.resolve("tiny.gguf");
        LlamaFileTest.tiny(true).write(file, ElementType.Q8_0);
        byte[] bytes = Files.readAllBytes(file);
        int refused = Mutations.run(bytes, Mutations.count(), new GgufFields(bytes)::damage,
                damaged -> runForward(gguf(damaged)));
        assertTrue(refused > Mutations.count() / 5, refused + " refused");
    }

    @Test
    void shouldReadOrRefuseWhenFieldsOfEachArchitectureLie() throws Exception {
        List<String> names = List.of("llama-rope_freqs-Q8_0", "qwen2-Q4_K", "qwen3-IQ4_NL");
        for (String name : names) {
            byte[] bytes = Files.readAllBytes(SharedFiles.at("reference/gguf/" + name + ".gguf"));
            Mutations.run(bytes, Mutations.count() / names.size(), new GgufFields(bytes)::damage,
                    damaged -> runForward(gguf(damaged)));
        }
    }

    @Test
    void shouldReadOrRefuseWhenFieldsOfAnEncoderLie() throws Exception {
        Path file = EncoderModels.gguf(directory.resolve("bert.gguf"), TinyEncoder.bert(1), ElementType.F32, 1);
        byte[] bytes = Files.readAllBytes(file);
        Mutations.run(bytes, Mutations.count(), new GgufFields(bytes)::damage, damaged -> {
            Files.write(file, damaged);
            EncoderFiles.isEncoder(file);
            runEncoder(EncoderFiles.open(file));
        });
    }

    @Test
    void shouldReadOrRefuseWhenConfigurationOfAnEncoderIsDamaged() throws Exception {
        TinyEncoder model = TinyEncoder.bert(2);
        Path encoder = EncoderModels.directory(Files.createDirectory(directory.resolve("bert")), model,
                EncoderModels.config(model, "BertModel"), EncoderModels::bert);
        for (String name : List.of("config.json", "tokenizer.json")) {
            byte[] bytes = Files.readAllBytes(encoder.resolve(name));
            Mutations.run(bytes, Mutations.count() / 2, new JsonDamage(bytes)::damage, damaged -> {
                Files.write(encoder.resolve(name), damaged);
                EncoderFiles.isEncoder(encoder);
                runEncoder(EncoderFiles.open(encoder));
            });
            Files.write(encoder.resolve(name), bytes);
        }
    }

    private static void runEncoder(EncoderFile file) {
        LoadedEncoder loaded;
        try {
            loaded = LoadedEncoder.load(file, new ScalarKernels(), Optional.empty(), "damaged");
        } catch (RuntimeException refused) {
            file.close();
            throw refused;
        }
        try (LoadedEncoder encoder = loaded) {
            /* The engine refuses longer texts, and those of no tokens, before they come this far. */
            int[] tokens = Arrays.stream(encoder.tokens("A0 a5, a1")).limit(encoder.shape().contextTokens()).toArray();
            if (tokens.length == 0) {
                return;
            }
            EncoderRun run = new EncoderRun(encoder.encoder(), List.of(tokens));
            while (!run.done()) {
                run.advance(8);
            }
            run.vector(0, encoder.pooling());
        }
    }

    @Test
    void shouldReadOrRefuseWhenSafetensorsHeaderLies() throws Exception {
        byte[] file = Files.readAllBytes(
                SharedFiles.at("reference/hf/llama_bf16_sharded/model-00001-of-00002.safetensors"));
        int headerBytes = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonDamage header = new JsonDamage(Arrays.copyOfRange(file, 8, 8 + headerBytes));
        int refused = Mutations.run(file, Mutations.count(), random -> {
            byte[] json = header.damage(random);
            return ByteBuffer.allocate(8 + json.length + file.length - 8 - headerBytes).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length).put(json).put(file, 8 + headerBytes, file.length - 8 - headerBytes).array();
        }, damaged -> SafetensorsReader.read(MemorySegment.ofArray(damaged), "damaged").values()
                .forEach(tensor -> tensor.row(tensor.rows() - 1)));
        assertTrue(refused > Mutations.count() / 2, refused + " refused");
    }

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldReadOrRefuseWhenConfigurationOfFamilyIsDamaged(String name) throws Exception {
        Path model = Files.createDirectory(directory.resolve(name));
        ReferenceFamilies.legacy(name, model);
        List<String> files = name.equals("llama_bf16_sharded")
                ? List.of("config.json", "generation_config.json", "model.safetensors.index.json")
                : List.of("config.json", "generation_config.json");
        int count = Mutations.count() / ReferenceFamilies.ALL.size() / files.size() + 1;
        for (String each : files) {
            Path file = model.resolve(each);
            assertTrue(file.toFile().setWritable(true));
            byte[] bytes = Files.readAllBytes(file);
            Mutations.run(bytes, count, new JsonDamage(bytes)::damage, damaged -> {
                Files.write(file, damaged);
                runForward(ModelFiles.open(model));
            });
            Files.write(file, bytes);
        }
    }

    @Test
    void shouldReadOrRefuseWhenBytesOfConfigurationAreDamaged() throws Exception {
        Path model = copyOfStories();
        byte[] bytes = Files.readAllBytes(model.resolve("config.json"));
        int refused = Mutations.run(bytes, bytes.length, JSON_WORDS, damaged -> {
            Files.write(model.resolve("config.json"), damaged);
            ModelFiles.open(model).close();
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

    /** What opens must run, or be refused as what it is. */
    private static void runForward(ModelFile file) {
        LoadedModel loaded;
        try {
            loaded = LoadedModel.load(file, new ScalarKernels(), Product.F32);
        } catch (RuntimeException refused) {
            file.close();
            throw refused;
        }
        try (LoadedModel model = loaded;
                DirectRun run = new DirectRun(model, Optional.empty(), ElementType.F32)) {
            run.append(new int[] {0, 1, model.shape().vocabulary() - 1});
        }
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
        DamagedTokenizerTest.use(model.tokenizer());
    }
}
