package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Multipliers;

/** What the metadata of each family's GGUF files means, and what it leaves unsaid. */
class GgufShapeTest {

    @TempDir
    private Path directory;

    private ModelShape shape(String architecture, int layers, Consumer<GgufWriter> more) {
        Path file = directory.resolve(architecture + ".gguf");
        GgufWriter writer = new GgufWriter()
                .text("general.architecture", architecture)
                .integer(architecture + ".context_length", 1000)
                .integer(architecture + ".embedding_length", 48)
                .integer(architecture + ".block_count", layers)
                .integer(architecture + ".feed_forward_length", 64)
                .integer(architecture + ".attention.head_count", 3)
                .integer(architecture + ".attention.head_count_kv", 1)
                .integer(architecture + ".attention.key_length", 8)
                .integer(architecture + ".attention.value_length", 8)
                .real(architecture + ".attention.layer_norm_rms_epsilon", 1e-6f)
                .tensor(Tensor.ofFloats("token_embd.weight", 7, 48, new float[7 * 48]));
        more.accept(writer);
        writer.write(file);
        try (Arena arena = Arena.ofConfined()) {
            return GgufShape.of(GgufReader.read(ModelFiles.map(file, arena), file.toString()), file.toString());
        }
    }

    private static String windows(ModelShape shape) {
        StringBuilder windows = new StringBuilder();
        for (int i = 0; i < shape.layers(); i++) {
            windows.append(shape.layer(i).windowTokens()).append(' ');
        }
        return windows.toString().trim();
    }

    @Test
    void shouldBePlainWhenTheFileSaysNothingMore() {
        ModelShape llama = shape("llama", 2, writer -> { });
        assertEquals(Traits.LLAMA, llama.traits());
        assertTrue(llama.rope().interleaved());
        assertTrue(!shape("qwen2", 2, writer -> { }).rope().interleaved());
        assertEquals(Traits.LLAMA,
                shape("llama", 2, writer -> writer.integer("llama.attention.sliding_window", 1000)).traits());
    }

    @Test
    void shouldAlternateAndCapWhenTheFamilyIsGemma2() {
        ModelShape stated = shape("gemma2", 4, writer -> writer.integer("gemma2.attention.sliding_window", 16)
                .real("gemma2.attn_logit_softcapping", 20f).real("gemma2.final_logit_softcapping", 10f));
        assertEquals("16 0 16 0", windows(stated));
        assertEquals(20f, stated.traits().attentionSoftcap());
        assertEquals(10f, stated.traits().logitSoftcap());
        assertEquals((float) Math.sqrt(48), stated.traits().multipliers().embedding());
        ModelShape silent = shape("gemma2", 2, writer -> { });
        assertEquals(50f, silent.traits().attentionSoftcap());
        assertEquals(30f, silent.traits().logitSoftcap());
        assertEquals((float) (1 / Math.sqrt(8)), silent.attention(0).scale());
        assertEquals(0.25f, shape("gemma2", 46, writer -> { }).attention(0).scale());
    }

    @Test
    void shouldTurnWindowedLayersByTheirOwnBaseWhenTheFamilyIsGemma3() {
        ModelShape shape = shape("gemma3", 7, writer -> writer.integer("gemma3.attention.sliding_window", 16)
                .real("gemma3.rope.freq_base", 1e6f).text("gemma3.rope.scaling.type", "linear")
                .real("gemma3.rope.scaling.factor", 8f));
        assertEquals("16 16 16 16 16 0 16", windows(shape));
        assertEquals(0.125f, shape.layer(5).rope().orElseThrow().frequencies()[0]);
        assertEquals(0.1f, shape.layer(6).rope().orElseThrow().frequencies()[1], 1e-7f);
        assertEquals(1f, shape.layer(0).rope().orElseThrow().frequencies()[0]);
        assertEquals(0.25f, shape("gemma3", 62, writer -> { }).attention(0).scale());
        assertEquals(0.5f, shape("gemma3", 62, writer -> writer.real("gemma3.attention.scale", 0.5f))
                .attention(0).scale());
    }

    @Test
    void shouldReadMultipliersWhenTheFamilyIsGranite() {
        ModelShape shape = shape("granite", 1, writer -> writer.real("granite.embedding_scale", 12f)
                .real("granite.residual_scale", 0.22f).real("granite.attention.scale", 0.015625f)
                .real("granite.logit_scale", 8f));
        assertEquals(new Multipliers(12f, 0.22f, 0.015625f, 0.125f), shape.traits().multipliers());
        assertThrows(ModelFormatException.class,
                () -> shape("granite", 1, writer -> writer.real("granite.logit_scale", 0f)));
    }

    @Test
    void shouldNotTurnEveryFourthLayerWhenTheFamilyIsSmolLm3() {
        ModelShape shape = shape("smollm3", 8, writer -> { });
        for (int i = 0; i < 8; i++) {
            assertEquals(i != 3 && i != 7, shape.layer(i).rope().isPresent(), "layer " + i);
        }
    }

    @Test
    void shouldReadExpertsWhenThereAreSome() {
        ModelShape mixtral = shape("llama", 1, writer -> writer.integer("llama.expert_count", 8)
                .integer("llama.expert_used_count", 2));
        assertEquals(64, mixtral.traits().experts().orElseThrow().feedForward());
        ModelShape qwen = shape("qwen3moe", 1, writer -> writer.integer("qwen3moe.expert_count", 8)
                .integer("qwen3moe.expert_used_count", 2).integer("qwen3moe.expert_feed_forward_length", 24));
        assertEquals(24, qwen.traits().experts().orElseThrow().feedForward());
        assertTrue(qwen.sparse(0));
    }

    @Test
    void shouldUseTheShortFactorsAndContextWhenScalingIsLongrope() {
        float[] divisors = {1f, 2f, 4f, 8f};
        ModelShape shape = shape("phi3", 1, writer -> writer.integer("phi3.rope.scaling.original_context_length", 100)
                .real("phi3.rope.scaling.attn_factor", 1.19f)
                .tensor(Tensor.ofFloats("rope_factors_short.weight", 1, 4, divisors))
                .tensor(Tensor.ofFloats("rope_factors_long.weight", 1, 4, new float[] {9, 9, 9, 9})));
        assertEquals(100, shape.contextTokens());
        assertEquals(1.19f, shape.rope().magnitude());
        assertEquals(0.05f, shape.rope().frequencies()[1], 1e-7f);
    }

    @Test
    void shouldRefuseWhenNumbersAreAbsurd() {
        for (String key : new String[] {"rope.scaling.factor", "rope.freq_base"}) {
            assertThrows(ModelFormatException.class, () -> shape("llama", 1, writer -> writer
                    .text("llama.rope.scaling.type", "linear").real("llama." + key, -1f)), key);
        }
        assertThrows(ModelFormatException.class,
                () -> shape("llama", 1, writer -> writer.text("llama.rope.scaling.type", "ntk")));
        assertThrows(ModelFormatException.class, () -> shape("llama", 1_000_000_000, writer -> { }));
    }
}
