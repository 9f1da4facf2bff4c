package quern.inference.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.Quantizer;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.SharedFiles;
import quern.inference.format.GgufSource;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

class ConversionTest {

    @TempDir
    Path directory;

    private static ConversionReport write(Path in, Path out, TypeRule rule, Progress progress) {
        try (GgufSource source = ModelFiles.openSource(in); ComputeTeam team = new ComputeTeam(2)) {
            return new Conversion(source, rule, Importance.NONE, team, progress).write(out);
        }
    }

    private static ConversionReport write(Path in, Path out, TypeRule rule) {
        return write(in, out, rule, Progress.NONE);
    }

    private static float[][] logits(Path model, int[] tokens) {
        try (LoadedModel loaded = LoadedModel.load(ModelFiles.open(model), new ScalarKernels(), Product.F32)) {
            return ForwardRun.logits(loaded, tokens);
        }
    }

    private static double largestDifference(float[][] expected, float[][] actual) {
        double largest = 0;
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                double difference = Math.abs(expected[t][i] - actual[t][i]);
                largest = difference <= largest ? largest : difference;
            }
        }
        return largest;
    }

    private static int[] longestPrompt(Path model) throws IOException {
        JsonNode prompts = new ObjectMapper().readTree(Files.readAllBytes(model.resolve("cases.json"))).get("prompts");
        JsonNode ids = prompts.get(prompts.size() - 1).get("ids");
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ids.get(i).asInt();
        }
        return tokens;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_rope_llama3", "llama_bf16_sharded", "mistral", "mixtral", "qwen2", "qwen3",
        "qwen3_moe", "gemma2", "gemma3", "phi3", "granite", "smollm3", "olmo2"})
    void shouldGiveTheDirectorysLogitsWhenConverted(String family) throws IOException {
        Path in = SharedFiles.at("reference/hf/" + family);
        Path out = directory.resolve(family + ".gguf");
        ConversionReport report = write(in, out, TypeRule.of(ElementType.F32));
        assertEquals(0, report.rmse());
        int[] tokens = longestPrompt(in);
        double difference = largestDifference(logits(in, tokens), logits(out, tokens));
        assertTrue(difference <= 1e-5, family + " differs by " + difference);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void shouldStoreEachRowAsItsTypeDoesAndReportTheErrorWhenQuantised(ElementType type) {
        Path in = SharedFiles.at("reference/gguf/qwen2-" + (type.blockElements() == 256 ? "Q6_K" : "F32") + ".gguf");
        Path out = directory.resolve("out.gguf");
        ConversionReport report = write(in, out, TypeRule.pure(type));
        assertTrue(report.tensors().stream().noneMatch(ConversionReport.Line::fellBack));
        try (ModelFile before = ModelFiles.open(in); ModelFile after = ModelFiles.open(out)) {
            for (ConversionReport.Line line : report.tensors()) {
                assertEquals(line.dimensions().size() == 1 ? ElementType.F32 : type, line.to());
                Tensor stored = after.tensor(line.name());
                double rmse = rmse(before.tensor(line.name()), stored);
                assertEquals(rmse, line.rmse(), 1e-9 + 1e-6 * rmse, line.name());
            }
            assertEquals(report.bytesAfter(), report.tensors().stream().mapToLong(ConversionReport.Line::bytesAfter)
                    .sum());
        }
    }

    /** Also checks that what is stored is what the quantizer makes of the row. */
    private static double rmse(Tensor before, Tensor after) {
        float[] row = new float[before.columns()];
        float[] again = new float[before.columns()];
        byte[] bytes = new byte[Math.toIntExact(after.type().bytesOf(after.columns()))];
        double sum = 0;
        for (int i = 0; i < before.rows(); i++) {
            Dequantizer.row(before, i, row, 0);
            Dequantizer.row(after, i, again, 0);
            if (before.type() != after.type()) {
                Quantizer.row(after.type(), row, 0, row.length, null, bytes, 0);
                assertArrayEquals(bytes, after.row(i).toArray(ValueLayout.JAVA_BYTE), after.name() + " row " + i);
            }
            for (int k = 0; k < row.length; k++) {
                sum += ((double) row[k] - again[k]) * ((double) row[k] - again[k]);
            }
        }
        return Math.sqrt(sum / before.rows() / before.columns());
    }

    @Test
    void shouldCarryOverTokenizerAndEveryOtherKey() {
        Path in = SharedFiles.at("models/stories260K/stories260K.gguf");
        Path out = directory.resolve("out.gguf");
        write(in, out, TypeRule.of(ElementType.Q8_0));
        try (ModelFile before = ModelFiles.open(in); ModelFile after = ModelFiles.open(out)) {
            String text = "Once upon a time, \u00e9\u2603 there was.";
            assertEquals(List.of(boxed(before.tokenizer().encode(text, true))),
                    List.of(boxed(after.tokenizer().encode(text, true))));
            assertEquals(before.shape().contextTokens(), after.shape().contextTokens());
            assertEquals(ElementType.Q8_0, after.tensor("blk.0.attn_q.weight").type());
            assertEquals(ElementType.F32, after.tensor("blk.0.attn_norm.weight").type());
        }
    }

    private static List<Integer> boxed(int[] ids) {
        return java.util.Arrays.stream(ids).boxed().toList();
    }

    @Test
    void shouldSayWhichTensorsFellBackWhenRowsDoNotFitTheBlock() {
        Path in = SharedFiles.at("models/stories260K/stories260K.gguf");
        ConversionReport report = write(in, directory.resolve("out.gguf"), TypeRule.of(ElementType.Q4_K));
        var down = report.tensors().stream().filter(line -> line.name().equals("blk.0.ffn_down.weight")).findFirst();
        // 172 is a multiple of neither 256 nor 32.
        assertEquals(ElementType.F16, down.orElseThrow().to());
        assertEquals(ElementType.Q4_K, down.orElseThrow().wanted());
        var gate = report.tensors().stream().filter(line -> line.name().equals("blk.0.ffn_gate.weight")).findFirst();
        assertEquals(ElementType.Q5_0, gate.orElseThrow().to());
        var output = report.tensors().stream().filter(line -> line.name().equals("output.weight")).findFirst();
        assertEquals(ElementType.Q6_K, output.orElseThrow().wanted());
        assertEquals(ElementType.Q8_0, output.orElseThrow().to());
        assertTrue(gate.orElseThrow().rmse() > 1e-3 && gate.orElseThrow().rmse() < 1e-2);
    }

    @Test
    void shouldKeepTheTypesAskedForWhenGivenForEmbeddingAndOutput() {
        TypeRule rule = new TypeRule(ElementType.Q4_0, Optional.of(ElementType.F16), Optional.of(ElementType.Q8_0));
        assertEquals(ElementType.F16, rule.choose("token_embd.weight", 256, 2, true).type());
        assertEquals(ElementType.Q8_0, rule.choose("output.weight", 256, 2, false).type());
        assertEquals(ElementType.Q4_0, rule.choose("blk.3.ffn_up.weight", 256, 2, false).type());
        assertEquals(ElementType.F32, rule.choose("blk.3.ffn_gate_inp.weight", 256, 2, false).type());
        TypeRule plain = TypeRule.of(ElementType.Q4_K);
        assertEquals(ElementType.Q6_K, plain.choose("token_embd.weight", 256, 2, true).type());
        assertEquals(ElementType.Q4_K, plain.choose("token_embd.weight", 256, 2, false).type());
    }

    @Test
    void shouldLeaveNothingBehindWhenTheRunIsStopped() throws IOException {
        Path in = SharedFiles.at("models/stories260K/stories260K.gguf");
        Path out = directory.resolve("out.gguf");
        Files.writeString(out, "old");
        assertThrows(IllegalStateException.class, () -> write(in, out, TypeRule.of(ElementType.Q8_0),
                (what, done, total) -> {
                    throw new IllegalStateException("stopped");
                }));
        assertEquals("old", Files.readString(out));
        assertEquals(1, directory.toFile().list().length);
    }

    @Test
    void shouldNameTheTypesThereAreWhenAskedForAnother() {
        var refused = assertThrows(QuernException.class, () -> TypeRule.parse("Q9_Z"));
        assertTrue(refused.getMessage().contains("Q9_Z") && refused.getMessage().contains("IQ4_XS"));
        assertFalse(TypeRule.parse("q4_k") != ElementType.Q4_K);
    }
}
