package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Pooling;
import quern.inference.transformer.Traits.NormPlacement;

/** Decoders made for embeddings: stored as the base class, with what sentence-transformers says beside them. */
class HeadlessModelTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private static ObjectNode config(String architecture) {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add(architecture);
        return config.put("num_hidden_layers", 2).put("hidden_size", 32).put("num_attention_heads", 4)
                .put("intermediate_size", 48).put("vocab_size", 40).put("max_position_embeddings", 64)
                .put("tie_word_embeddings", false);
    }

    @Test
    void shouldKnowTheFamilyAndTheTensorsOfABaseClass() {
        assertEquals("qwen3", HuggingFaceShape.architecture(config("Qwen3Model"), "x").name());
        assertTrue(HuggingFaceShape.of(config("MistralModel"), false, "x").tiedEmbeddings());
        assertFalse(HuggingFaceShape.of(config("MistralForCausalLM"), false, "x").tiedEmbeddings());
        var names = new HuggingFaceNames(NormPlacement.BEFORE);
        for (String prefix : new String[] {"", "model."}) {
            assertEquals(Optional.of("token_embd.weight"), names.gguf(prefix + "embed_tokens.weight"));
            assertEquals(Optional.of("output_norm.weight"), names.gguf(prefix + "norm.weight"));
            assertEquals(Optional.of("blk.1.attn_q.weight"),
                    names.gguf(prefix + "layers.1.self_attn.q_proj.weight"));
        }
        assertEquals(Optional.empty(), names.gguf("model.model.norm.weight"));
    }

    @Test
    void shouldRefuseABaseClassWhoseAttentionLooksBothWays() {
        for (var lying : new ObjectNode[] {config("LlamaModel").put("is_causal", false),
            config("Qwen2Model").put("use_bidirectional_attention", true)}) {
            var refused = assertThrows(
                    ModelFormatException.class, () -> HuggingFaceShape.of(lying, false, "x"));
            assertTrue(refused.getMessage().contains("attention is bidirectional"), refused.getMessage());
        }
        assertThrows(ModelFormatException.class,
                () -> HuggingFaceShape.architecture(config("Gemma3TextModel"), "x"));
    }

    @Test
    void shouldPoolAsTheFilesBesideTheModelSay() throws Exception {
        assertEquals(Optional.empty(), PoolingFiles.of(folder));
        Path pooling = Files.createDirectory(folder.resolve("1_Pooling")).resolve("config.json");
        Files.writeString(pooling, "{\"pooling_mode_lasttoken\": true, \"pooling_mode_mean_tokens\": false}");
        assertEquals(Optional.of(Pooling.LAST), PoolingFiles.of(folder));
        Path gguf = folder.resolve("model.gguf");
        new GgufWriter().integer("qwen3.pooling_type", 3).write(gguf);
        GgufMetadata metadata = GgufReader.read(
                java.lang.foreign.MemorySegment.ofArray(Files.readAllBytes(gguf)), "x").metadata();
        assertEquals(Optional.of(Pooling.LAST), PoolingFiles.of(metadata, "qwen3", "x"));
        assertEquals(Optional.empty(), PoolingFiles.of(metadata, "llama", "x"));
    }
}
