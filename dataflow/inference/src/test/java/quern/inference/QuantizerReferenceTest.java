package quern.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

/** Files that llama.cpp quantised, against what our quantizer makes of the same weights. */
class QuantizerReferenceTest {

    @ParameterizedTest
    @ValueSource(strings = {"f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1"})
    void shouldGiveTheBytesOfLlamaCppWhenRoundingPlainly(String type) {
        int compared = 0;
        try (ModelFile source = ModelFiles.open(SharedFiles.at("models/stories260K/stories260K.gguf"));
                ModelFile quantised = ModelFiles.open(
                        SharedFiles.at("models/stories260K/quant/stories260K-ffn192-" + type + ".gguf"))) {
            for (String name : quantised.tensorNames()) {
                Tensor expected = quantised.tensor(name);
                if (expected.type() != ElementType.F32) {
                    assertArrayEquals(
                            expected.bytes().toArray(ValueLayout.JAVA_BYTE),
                            quantise(source.tensor(name), expected), name);
                    compared++;
                }
            }
        }
        assertEquals(37, compared);
    }

    /** The files' feed-forward layers are padded with zeros. */
    private static byte[] quantise(Tensor source, Tensor like) {
        float[] row = new float[Math.max(source.columns(), like.columns())];
        byte[] out = new byte[Math.toIntExact(like.bytes().byteSize())];
        int rowBytes = out.length / like.rows();
        for (int r = 0; r < like.rows(); r++) {
            Arrays.fill(row, 0f);
            if (r < source.rows()) {
                Dequantizer.row(source, r, row, 0);
            }
            Quantizer.row(like.type(), row, 0, like.columns(), null, out, r * rowBytes);
        }
        return out;
    }

    /** The Q6_K file stands for the unknown source: what it has lost of it is lost to both sides. */
    @ParameterizedTest
    @CsvSource({
        "llama, Q2_K", "llama, Q3_K", "llama, Q4_K", "llama, Q5_K", "qwen2, Q2_K", "qwen3, Q3_K", "qwen3, Q4_K"
    })
    void shouldLoseNoMoreThanLlamaCppWhenScalesAreSearched(String architecture, ElementType type) {
        double ours = 0;
        double theirs = 0;
        try (ModelFile source = ModelFiles.open(SharedFiles.at("reference/gguf/" + architecture + "-Q6_K.gguf"));
                ModelFile reference =
                        ModelFiles.open(SharedFiles.at("reference/gguf/" + architecture + "-" + type + ".gguf"))) {
            for (String name : reference.tensorNames()) {
                Tensor expected = reference.tensor(name);
                if (expected.type() != type) {
                    continue;
                }
                Tensor weights = source.tensor(name);
                float[] x = new float[weights.columns()];
                float[] stored = new float[x.length];
                byte[] bytes = new byte[Math.toIntExact(type.bytesOf(x.length))];
                for (int r = 0; r < weights.rows(); r++) {
                    Dequantizer.row(weights, r, x, 0);
                    Dequantizer.row(expected, r, stored, 0);
                    theirs += squares(x, stored);
                    Quantizer.row(type, x, 0, x.length, null, bytes, 0);
                    Dequantizer.blocks(type, bytes, 0, x.length, stored, 0);
                    ours += squares(x, stored);
                }
            }
        }
        assertTrue(ours > 0 && ours <= theirs, ours + ", llama.cpp " + theirs);
    }

    private static double squares(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return sum;
    }
}
