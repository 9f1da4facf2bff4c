package quern.inference.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.EngineConfig.Product;
import quern.config.QuernException;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.Dequantizer;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;
import quern.inference.LoadedModel;
import quern.inference.SharedFiles;
import quern.inference.format.GgufSource;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

class CalibrationTest {

    private static final String MODEL = "models/stories260K/stories260K.gguf";

    @TempDir
    Path directory;

    private static Importance measure(String model, int[] tokens) {
        try (LoadedModel loaded = LoadedModel.load(
                ModelFiles.open(SharedFiles.at(model)), new ScalarKernels(), Product.F32)) {
            int[] ids = tokens != null ? tokens : loaded.tokenizer().encode(
                    "Once upon a time, there was a little girl named Lily. She loved to play outside.", false);
            return Calibration.measure(loaded, "text", ids, OptionalInt.of(1), 8, Progress.NONE);
        }
    }

    @Test
    void shouldMeasureTheSameInputsForProductsThatShareThem() {
        Importance importance = measure(MODEL, null);
        // Five layers of seven matrices; neither embeddings nor output.
        assertEquals(35, importance.columns().size());
        assertArrayEquals(importance.columns().get("blk.2.attn_q.weight"),
                importance.columns().get("blk.2.attn_v.weight"));
        assertEquals(172, importance.columns().get("blk.2.ffn_down.weight").length);
        assertTrue(importance.tokens() % 8 == 0 && importance.tokens() >= 16);
    }

    @Test
    void shouldMeasureEachExpertByItself() {
        int[] tokens = new int[64];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i * 37 + 11) % 300;
        }
        Importance importance = measureWithoutTokenizer(tokens);
        assertTrue(importance.columns().containsKey("blk.1.ffn_down.3.weight"));
        assertFalse(importance.columns().containsKey("blk.1.ffn_gate_inp.weight"));
    }

    private static Importance measureWithoutTokenizer(int[] tokens) {
        try (LoadedModel loaded = LoadedModel.load(ModelFiles.open(SharedFiles.at("reference/hf/mixtral")),
                new ScalarKernels(), Product.F32)) {
            return Calibration.measure(loaded, "ids", tokens, OptionalInt.empty(), 32, Progress.NONE);
        }
    }

    @Test
    void shouldLowerTheWeightedErrorWhenImportanceIsGiven() {
        Importance importance = measure(MODEL, null);
        double plain = weightedError(importance, write(Importance.NONE, "plain.gguf"));
        double weighted = weightedError(importance, write(importance, "weighted.gguf"));
        assertTrue(weighted < 0.9 * plain, weighted + " is not well below " + plain);
    }

    private Path write(Importance importance, String name) {
        Path out = directory.resolve(name);
        try (GgufSource source = ModelFiles.openSource(SharedFiles.at(MODEL)); ComputeTeam team = new ComputeTeam(1)) {
            var report = new Conversion(source, TypeRule.pure(ElementType.Q4_0), importance, team, Progress.NONE)
                    .write(out);
            assertEquals(!importance.isEmpty(), report.tensors().stream()
                    .filter(line -> line.to() == ElementType.Q4_0 && line.name().startsWith("blk."))
                    .allMatch(ConversionReport.Line::weighted));
        }
        return out;
    }

    private static double weightedError(Importance importance, Path file) {
        double sum = 0;
        try (ModelFile before = ModelFiles.open(SharedFiles.at(MODEL)); ModelFile after = ModelFiles.open(file)) {
            for (Map.Entry<String, float[]> columns : importance.columns().entrySet()) {
                Tensor from = before.tensor(columns.getKey());
                Tensor to = after.tensor(columns.getKey());
                float[] x = new float[from.columns()];
                float[] y = new float[from.columns()];
                for (int row = 0; row < from.rows(); row++) {
                    Dequantizer.row(from, row, x, 0);
                    Dequantizer.row(to, row, y, 0);
                    for (int k = 0; k < x.length; k++) {
                        sum += (double) columns.getValue()[k] * (x[k] - y[k]) * (x[k] - y[k]);
                    }
                }
            }
        }
        return sum;
    }

    @Test
    void shouldRefuseAnEmptyText() {
        assertThrows(QuernException.class, () -> measure(MODEL, new int[0]));
    }
}
