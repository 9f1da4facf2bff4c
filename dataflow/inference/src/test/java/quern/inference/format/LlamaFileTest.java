package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.transformer.ModelShape;

class LlamaFileTest {

    private static final String TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "Q8_0"})
    void shouldReadBackWhatItWroteWhenMatricesAre(ElementType type) {
        Path file = directory.resolve("tiny.gguf");
        LlamaFile tiny = tiny(true);
        tiny.write(file, type);
        try (ModelFile read = ModelFiles.open(file)) {
            ModelShape shape = read.shape();
            assertArrayEquals(tiny.shape().rope().frequencies(), shape.rope().frequencies());
            assertTrue(shape.rope().interleaved());
            assertEquals(tiny.shape().headSize(), shape.headSize());
            assertTrue(shape.tiedEmbeddings());
            assertEquals("tiny", read.name());
            assertEquals(Optional.of(TEMPLATE), read.chatTemplate());
            assertEquals(type, read.tensor("token_embd.weight").type());
            assertEquals(type == ElementType.Q8_0 ? ElementType.F16 : type,
                    read.tensor("blk.0.ffn_down.weight").type());
            assertArrayEquals(new int[] {259, 256, 'b' - '!', 258},
                    read.tokenizer().encodeTemplate("<|im_start|>aab<|im_end|>"));
            assertArrayEquals(new int[] {257, 256}, read.tokenizer().encode("aa", true));
            assertEquals(List.of(258), read.tokenizer().endTokens());
            assertClose(tiny.tensors().get("blk.1.attn_k.weight"), read.tensor("blk.1.attn_k.weight"));
        }
    }

    @Test
    void shouldInterleaveQueryAndKeyRowsWhenRopeIsHalfSplit() {
        Path file = directory.resolve("half.gguf");
        LlamaFile half = tiny(false);
        half.write(file, ElementType.F32);
        Tensor given = half.tensors().get("blk.0.attn_q.weight");
        try (ModelFile read = ModelFiles.open(file)) {
            Tensor moved = read.tensor("blk.0.attn_q.weight");
            // Head 1 of size 6 starts at row 6: its pair (1, 1 + 3) stands at rows 2 and 3.
            assertEquals(at(given, 6 + 1, 5), at(moved, 6 + 2, 5));
            assertEquals(at(given, 6 + 4, 5), at(moved, 6 + 3, 5));
            assertClose(half.tensors().get("blk.0.attn_v.weight"), read.tensor("blk.0.attn_v.weight"));
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenWeightsDoNotFit() {
        Path file = directory.resolve("bad.gguf");
        GgufWriter writer = new GgufWriter().text("general.architecture", "llama")
                .tensor("t", ElementType.F32, 2, 2, () -> Tensor.ofFloats("t", 1, 2, new float[2]));
        assertThrows(IllegalArgumentException.class, () -> writer.write(file));
        assertEquals(0, directory.toFile().list().length);
        assertThrows(IllegalArgumentException.class, () -> writer.text("general.architecture", "again"));
    }

    @Test
    void shouldRefuseWhenATensorIsMissing() {
        LlamaFile whole = tiny(true);
        Map<String, Tensor> fewer = new TreeMap<>(whole.tensors());
        fewer.remove("blk.1.ffn_up.weight");
        var refused = assertThrows(ModelFormatException.class, () -> new LlamaFile(
                "x", whole.shape(), 10_000, whole.vocabulary(), fewer, Map.of()));
        assertTrue(refused.getMessage().contains("blk.1.ffn_up.weight"), refused.getMessage());
        assertEquals(false, Files.exists(directory.resolve("x")));
    }

    static LlamaFile tiny(boolean interleaved) {
        int vocabulary = 260;
        ModelShape shape = new ModelShape("llama", 2, 32, 4, 2, 6, 35, vocabulary, 64, 1e-5f,
                RopeTable.of(interleaved, 6, 10_000), true, false);
        Map<String, Tensor> tensors = new TreeMap<>();
        put(tensors, "token_embd.weight", vocabulary, 32);
        put(tensors, "output_norm.weight", 1, 32);
        for (int layer = 0; layer < 2; layer++) {
            String prefix = "blk." + layer + ".";
            put(tensors, prefix + "attn_norm.weight", 1, 32);
            put(tensors, prefix + "attn_q.weight", 24, 32);
            put(tensors, prefix + "attn_k.weight", 12, 32);
            put(tensors, prefix + "attn_v.weight", 12, 32);
            put(tensors, prefix + "attn_output.weight", 32, 24);
            put(tensors, prefix + "ffn_norm.weight", 1, 32);
            put(tensors, prefix + "ffn_gate.weight", 35, 32);
            put(tensors, prefix + "ffn_up.weight", 35, 32);
            put(tensors, prefix + "ffn_down.weight", 32, 35);
        }
        return new LlamaFile("tiny", shape, 10_000, vocabulary(), tensors, Map.of("general.license", "Apache-2.0"));
    }

    static BpeVocabulary vocabulary() {
        // The order of GPT-2's vocabulary: characters as they sort, then what is added.
        List<String> tokens = new ArrayList<>(IntStream.range(0, 256)
                .mapToObj(b -> String.valueOf(ByteAlphabet.character(b))).sorted().toList());
        tokens.addAll(List.of("aa", "<|begin|>", "<|im_end|>", "<|im_start|>"));
        return new BpeVocabulary(tokens, List.of("a a"), Set.of(257, 258, 259), "qwen2",
                OptionalInt.of(257), true, List.of(258), Optional.of(TEMPLATE));
    }

    private static void put(Map<String, Tensor> tensors, String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.7 + name.hashCode());
        }
        tensors.put(name, Tensor.ofFloats(name, rows, columns, values));
    }

    private static float at(Tensor tensor, int row, int column) {
        long index = (long) row * tensor.columns() + column;
        return switch (tensor.type()) {
            case F32 -> tensor.bytes().get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4);
            case F16 -> Float.float16ToFloat(tensor.bytes().get(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2));
            default -> {
                long block = index / 32 * 34;
                float scale = Float.float16ToFloat(tensor.bytes().get(ValueLayout.JAVA_SHORT_UNALIGNED, block));
                yield scale * tensor.bytes().get(ValueLayout.JAVA_BYTE, block + 2 + index % 32);
            }
        };
    }

    private static void assertClose(Tensor expected, Tensor found) {
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                float difference = Math.abs(at(expected, row, column) - at(found, row, column));
                float tolerance = found.type() == ElementType.F32 ? 0 : found.type() == ElementType.F16 ? 5e-4f : 5e-3f;
                assertTrue(difference <= tolerance, expected.name() + " " + row + "," + column + ": " + difference);
            }
        }
    }
}
