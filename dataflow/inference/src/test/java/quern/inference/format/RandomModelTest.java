package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.QuernException;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.tensor.ElementType;

class RandomModelTest {

    private static ElementType type(String name, List<Integer> dimensions) {
        return dimensions.getFirst() % 256 == 0 ? ElementType.Q4_K : ElementType.Q5_0;
    }

    /** Parameters as published; embeddings that are the output too count once. */
    @ParameterizedTest
    @CsvSource({"tinyllama-1.1b, 1100048384", "qwen2.5-0.5b, 494032768", "smollm2-135m, 134515008",
        "llama-3.2-1b, 1235814400", "llama-3.1-8b, 8030261248"})
    void shouldHaveThePublishedNumberOfParameters(String label, long parameters) {
        long found = 0;
        try (RandomModel model = new RandomModel(RandomShape.parse(label), RandomModelTest::type, 1)) {
            for (SourceTensor tensor : model.tensors()) {
                // The divisors of a rope scaling are no parameters.
                boolean counted = !tensor.name().equals("rope_freqs.weight");
                found += counted ? (long) tensor.rows() * tensor.columns() : 0;
            }
        }
        assertEquals(parameters, found);
    }

    @Test
    void shouldDrawWeightsOfTheRightSizeAndTheSameForTheSameSeed() {
        byte[] first = row(7, "blk.3.ffn_down.weight", 11);
        assertArrayEquals(first, row(7, "blk.3.ffn_down.weight", 11));
        assertFalse(Arrays.equals(first, row(8, "blk.3.ffn_down.weight", 11)));
        assertFalse(Arrays.equals(first, row(7, "blk.3.ffn_down.weight", 12)));
        assertFalse(Arrays.equals(first, row(7, "blk.4.ffn_down.weight", 11)));
        float[] values = new float[1536];
        Dequantizer.blocks(ElementType.Q4_K, first, 0, values.length, values, 0);
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        assertEquals(1, squares, 0.2);
    }

    private static byte[] row(long seed, String name, int row) {
        try (RandomModel model = new RandomModel(RandomShape.SMOLLM2_135M, RandomModelTest::type, seed)) {
            SourceTensor tensor = model.tensors().stream()
                    .filter(one -> one.name().equals(name)).findFirst().orElseThrow();
            byte[] bytes = new byte[(int) tensor.type().bytesOf(tensor.columns())];
            tensor.bytes().read(row, bytes, 0);
            return bytes;
        }
    }

    @ParameterizedTest
    @EnumSource(RandomShape.class)
    void shouldHaveAVocabularyOfTheTrueSizeWithoutRepeats(RandomShape shape) {
        GgufTokenizer tokenizer = shape.tokenizer();
        assertEquals(shape.shape().vocabulary(), tokenizer.tokens().size());
        assertEquals(tokenizer.tokens().size(), tokenizer.tokens().stream().distinct().count());
        assertEquals(tokenizer.tokens().size(), tokenizer.kinds().size());
        assertTrue(tokenizer.specials().chatTemplate().isPresent());
    }

    @Test
    void shouldNameTheShapesThereAreWhenAskedForAnother() {
        var refused = assertThrows(QuernException.class, () -> RandomShape.parse("llama-9"));
        assertTrue(refused.getMessage().contains("smollm2-135m"), refused.getMessage());
    }
}
