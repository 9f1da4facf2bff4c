package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.BackendConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.LoadedAdapter;
import quern.inference.LoadedModel;
import quern.inference.engine.DirectRun;
import quern.inference.transformer.LoraWeights;
import quern.tuning.sparse.TernaryAdapter;
import quern.tuning.sparse.TernaryFile;

/** A ternary adapter written for PEFT and read again is the same, to the last bit of every logit. */
class TernaryPeftTest {

    private static final long SEED = Long.getLong("seed", 77);

    @TempDir
    private Path scratch;

    private static LoraWeights learnt(LoadedModel model, LoraSettings settings) {
        SplittableRandom random = new SplittableRandom(SEED);
        FirstDraws draws = new FirstDraws(settings.seed());
        SortedMap<String, LoraWeights.Pair> pairs = new TreeMap<>();
        for (int layer = 0; layer < model.shape().layers(); layer++) {
            for (LoraTarget target : LoraTarget.values()) {
                String name = target.tensorName(layer);
                var matrix = model.weights().adaptable().get(name).matrix();
                Rows a = new Rows(settings.rank(), matrix.columns());
                draws.fill(a);
                Rows b = new Rows(matrix.rows(), settings.rank());
                disturb(a, random);
                disturb(b, random);
                pairs.put(name, new LoraWeights.Pair(a, b));
            }
        }
        return new LoraWeights(settings.rank(), settings.scale(), pairs);
    }

    private static void disturb(Rows rows, SplittableRandom random) {
        for (int i = 0; i < rows.count() * rows.width(); i++) {
            rows.values()[i] += (float) random.nextDouble(-0.3, 0.3);
        }
    }

    private static float[] logits(LoadedModel model, Optional<LoadedAdapter> adapter) {
        try (DirectRun run = new DirectRun(model, adapter, ElementType.F32)) {
            return run.append(new int[] {72, 101, 108, 108, 111, 32, 119});
        }
    }

    @Test
    void shouldGiveTheSameLogitsWhenWrittenForPeftAndReadAgain() throws IOException {
        System.out.println("seed " + SEED);
        try (Backend backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.VECTOR, 1)).backend();
                LoadedModel model = Lessons.untrained(backend, scratch.resolve("base"))) {
            for (boolean stabilized : new boolean[] {false, true}) {
                LoraSettings settings = new LoraSettings(
                        4, 8, stabilized, EnumSet.allOf(LoraTarget.class), 5);
                TernaryAdapter ternary = TernaryAdapter.of(learnt(model, settings), settings, 0.2, 1.5f);
                Path kept = scratch.resolve("kept" + stabilized);
                TernaryFile.write(kept, ternary, model);
                TernaryAdapter served = TernaryFile.read(kept, model);
                Path peft = Files.createDirectory(scratch.resolve("peft" + stabilized));
                Map<String, byte[]> files =
                        AdapterFile.files(served.expand(), served.settings(), model.shape(), model.name());
                for (var file : files.entrySet()) {
                    Files.write(peft.resolve(file.getKey()), file.getValue());
                }
                LoraWeights again = AdapterFile.read(peft, model.shape()).weights();
                assertEquals(served.expand().fingerprint(), again.fingerprint());
                float[] before = logits(model, Optional.of(
                        model.adapters().publish("ternary" + stabilized, served.expand())));
                float[] after = logits(model, Optional.of(model.adapters().publish("peft" + stabilized, again)));
                assertArrayEquals(before, after);
                assertFalse(Arrays.equals(before, logits(model, Optional.empty())), "it changes something");
            }
        }
    }
}
