package quern.inference.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quern.config.EngineConfig.LoadType;
import quern.config.EngineConfig.Product;
import quern.gpu.ComputeTeam;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.inference.ForwardRun;
import quern.inference.LoadedModel;
import quern.inference.SharedFiles;
import quern.inference.format.GgufSource;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

class QuantizedFileTest {

    private static final String DIRECTORY = "reference/hf/qwen2";
    private static final int[] TOKENS = {5, 9, 70, 33, 12, 250, 8};

    @TempDir
    Path directory;

    private static float[][] logits(ModelFile file) {
        try (LoadedModel model = LoadedModel.load(file, new ScalarKernels(), Product.F32)) {
            return ForwardRun.logits(model, TOKENS);
        }
    }

    /** Qwen2's GGUF files keep the order of rows, so even the order of sums is the same. */
    @ParameterizedTest
    @EnumSource(value = LoadType.class, names = "AS_STORED", mode = EnumSource.Mode.EXCLUDE)
    void shouldComputeWhatTheQuantisedFileDoesWhenQuantisedAtLoad(LoadType type) {
        Path file = directory.resolve("file.gguf");
        try (GgufSource source = ModelFiles.openSource(SharedFiles.at(DIRECTORY));
                ComputeTeam team = new ComputeTeam(1)) {
            new Conversion(source, TypeRule.of(ElementType.valueOf(type.name())), Importance.NONE, team, Progress.NONE)
                    .write(file);
        }
        float[][] ofFile = logits(ModelFiles.open(file));
        try (ComputeTeam team = new ComputeTeam(2)) {
            float[][] actual = logits(QuantizedFile.of(ModelFiles.open(SharedFiles.at(DIRECTORY)), type, team));
            for (int t = 0; t < TOKENS.length; t++) {
                assertArrayEquals(ofFile[t], actual[t], "position " + t);
            }
        }
    }

    @Test
    void shouldGiveEachTypeItsOwnFingerprint() {
        try (ComputeTeam team = new ComputeTeam(1)) {
            ModelFile stored = ModelFiles.open(SharedFiles.at(DIRECTORY));
            assertSame(stored, QuantizedFile.of(stored, LoadType.AS_STORED, team));
            String q8 = QuantizedFile.of(stored, LoadType.Q8_0, team).fingerprint();
            String q4 = QuantizedFile.of(stored, LoadType.Q4_0, team).fingerprint();
            assertNotEquals(stored.fingerprint(), q8);
            assertNotEquals(q8, q4);
            assertEquals(q8, QuantizedFile.fingerprint(stored.fingerprint(), LoadType.Q8_0));
            assertEquals(stored.fingerprint(), QuantizedFile.fingerprint(stored.fingerprint(), LoadType.AS_STORED));
            stored.close();
        }
    }

    @Test
    void shouldLeaveVectorsAndQuantisedMatricesAsTheyAre() {
        try (ComputeTeam team = new ComputeTeam(1);
                ModelFile file = QuantizedFile.of(
                        ModelFiles.open(SharedFiles.at("reference/gguf/llama-Q6_K.gguf")), LoadType.Q4_0, team);
                ModelFile floats = QuantizedFile.of(
                        ModelFiles.open(SharedFiles.at("reference/gguf/llama-BF16.gguf")), LoadType.Q4_0, team)) {
            assertEquals(ElementType.Q6_K, file.tensor("blk.0.attn_q.weight").type());
            assertEquals(ElementType.Q4_0, floats.tensor("blk.0.attn_q.weight").type());
            assertEquals(ElementType.F32, floats.tensor("blk.0.attn_norm.weight").type());
        }
    }
}
