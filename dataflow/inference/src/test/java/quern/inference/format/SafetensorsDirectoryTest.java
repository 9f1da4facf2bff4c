package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.SharedFiles;

class SafetensorsDirectoryTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @Test
    void shouldTokenizeAsTheGgufFileWhenModelIsTheSame() {
        String[] texts = {
            "", " ", "Once upon a time", "  two  blanks ", "caf\u00e9 \ud83e\udd99 \n\t<s> x</s>", "\u2581a"
        };
        try (ModelFile hf = ModelFiles.open(SharedFiles.at("models/stories260K/hf"));
                ModelFile gguf = ModelFiles.open(SharedFiles.at("models/stories260K/stories260K.gguf"))) {
            for (String text : texts) {
                assertArrayEquals(gguf.tokenizer().encode(text, true), hf.tokenizer().encode(text, true), text);
                assertArrayEquals(gguf.tokenizer().encodeTemplate(text), hf.tokenizer().encodeTemplate(text), text);
            }
            assertEquals(gguf.tokenizer().endTokens(), hf.tokenizer().endTokens());
            assertEquals("hf", hf.name());
            assertFalse(hf.shape().rope().interleaved());
            assertArrayEquals(bytes(gguf.tensor("blk.3.ffn_down.weight")), bytes(hf.tensor("blk.3.ffn_down.weight")));
        }
    }

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldReadBothSpellingsAlikeWhenModelIs(String name) throws IOException {
        Path source = copy(SharedFiles.at("reference/hf/" + name));
        try (ModelFile now = ModelFiles.open(source)) {
            Files.move(source.resolve("config.legacy.json"), source.resolve("config.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            try (ModelFile before = ModelFiles.open(source)) {
                assertArrayEquals(now.shape().rope().frequencies(), before.shape().rope().frequencies());
                assertEquals(now.shape().headSize(), before.shape().headSize());
                assertEquals(now.tensorNames(), before.tensorNames());
                assertEquals(name.equals("qwen2"), before.shape().attentionBias());
                assertEquals(name.contains("bf16") ? ElementType.BF16 : ElementType.F32,
                        before.tensor("blk.1.attn_k.weight").type());
                var refused = assertThrows(ModelFormatException.class, before::tokenizer);
                assertTrue(refused.getMessage().contains("tokenizer.json"), refused.getMessage());
                assertTrue(before.chatTemplate().isEmpty());
                assertFalse(now.fingerprint().equals(before.fingerprint()));
            }
        }
    }

    @Test
    void shouldNameWhatIsSupportedWhenArchitectureIsUnknown() throws IOException {
        Path model = copy(SharedFiles.at("reference/hf/llama"));
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("LlamaForCausalLM", "RwkvForCausalLM"));
        var refused = assertThrows(ModelFormatException.class, () -> ModelFiles.open(model));
        assertTrue(refused.getMessage().contains("architecture RwkvForCausalLM, supported are [LlamaForCausalLM, "),
                refused.getMessage());
    }

    @Test
    void shouldFindTheLanguageModelInsideOneThatSees() throws IOException {
        Path text = SharedFiles.at("reference/hf/gemma3");
        Path model = copy(text);
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("Gemma3ForConditionalGeneration");
        config.set("text_config", JSON.readTree(text.resolve("config.json").toFile()));
        JSON.writeValue(model.resolve("config.json").toFile(), config);
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(text.resolve("model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) file.getLong()];
        file.get(header);
        ObjectNode renamed = JSON.createObjectNode();
        JSON.readTree(header).properties().forEach(entry -> renamed.set(
                entry.getKey().equals("__metadata__") ? entry.getKey() : "language_model." + entry.getKey(),
                entry.getValue()));
        ObjectNode picture = renamed.putObject("vision_tower.patches.weight").put("dtype", "F32");
        picture.putArray("shape").add(1);
        picture.putArray("data_offsets").add(file.remaining()).add(file.remaining() + 4);
        byte[] longer = JSON.writeValueAsBytes(renamed);
        ByteBuffer out = ByteBuffer.allocate(8 + longer.length + file.remaining() + 4).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(model.resolve("model.safetensors"), out.putLong(longer.length).put(longer).put(file).array());
        try (ModelFile alone = ModelFiles.open(text); ModelFile inside = ModelFiles.open(model)) {
            assertEquals(alone.tensorNames(), inside.tensorNames());
            assertEquals(alone.shape().traits().multipliers(), inside.shape().traits().multipliers());
            assertArrayEquals(bytes(alone.tensor("blk.1.ffn_down.weight")),
                    bytes(inside.tensor("blk.1.ffn_down.weight")));
        }
    }

    @Test
    void shouldRefuseWhenATensorIsOfNoUse() throws IOException {
        Path model = copy(SharedFiles.at("reference/hf/qwen3"));
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("Qwen3ForCausalLM", "LlamaForCausalLM"));
        var refused = assertThrows(ModelFormatException.class, () -> ModelFiles.open(model));
        assertTrue(refused.getMessage().contains("_norm.weight, which a model of architecture llama"),
                refused.getMessage());
    }

    @Test
    void shouldRefusePicklesAndIgnoreCode() throws IOException {
        Path model = copy(SharedFiles.at("reference/hf/llama"));
        Files.writeString(model.resolve("modeling_evil.py"), "raise SystemExit");
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config)
                .replaceFirst("\\{", "{\"auto_map\": {\"AutoModel\": \"modeling_evil.Evil\"},"));
        ModelFiles.open(model).close();
        Files.move(model.resolve("model.safetensors"), model.resolve("pytorch_model.bin"));
        var refused = assertThrows(ModelFormatException.class, () -> ModelFiles.open(model));
        assertTrue(refused.getMessage().contains("pickle"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../llama/model.safetensors", "/etc/passwd", "a/b.safetensors", "x.bin", "..safetensors"})
    void shouldRefuseWhenIndexNames(String file) throws IOException {
        Path model = copy(SharedFiles.at("reference/hf/llama_bf16_sharded"));
        Path index = model.resolve("model.safetensors.index.json");
        Files.writeString(index, Files.readString(index).replaceFirst("model-00002-of-00002.safetensors", file));
        var refused = assertThrows(ModelFormatException.class, () -> ModelFiles.open(model));
        assertTrue(refused.getMessage().contains("plain name"), refused.getMessage());
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException {
        for (Path path : new Path[] {directory, directory.resolve("absent"), directory.resolve("absent.gguf")}) {
            var refused = assertThrows(ModelFormatException.class, () -> ModelFiles.open(path));
            assertTrue(refused.getMessage().contains("does not exist"), refused.getMessage());
        }
        Path pickle = Files.write(directory.resolve("model.bin"), new byte[] {'P', 'K', 3, 4});
        assertTrue(assertThrows(ModelFormatException.class, () -> ModelFiles.open(pickle))
                .getMessage().contains("pickle"));
        Path empty = Files.write(directory.resolve("empty.gguf"), new byte[0]);
        assertTrue(assertThrows(ModelFormatException.class, () -> ModelFiles.open(empty))
                .getMessage().contains("magic"));
    }

    private Path copy(Path source) throws IOException {
        Path target = Files.createDirectory(directory.resolve("model"));
        try (var files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.write(target.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return target;
    }

    private static byte[] bytes(Tensor tensor) {
        return tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
    }
}
