package quern.tuning.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;

/** An adapter of rank 1 on a matrix of 3 x 2, with magnitudes. */
class MagnitudesExportTest {

    private static final Pair PAIR = new Pair(
            new Rows(new float[] {1, 2}, 1, 2), new Rows(new float[] {1, -1, 0}, 3, 1),
            Optional.of(new Rows(new float[] {10, 2, 7}, 3, 1)));
    private static final LoraWeights ADAPTER =
            new LoraWeights(1, 2, new TreeMap<>(Map.of("blk.0.attn_q.weight", PAIR)));

    @TempDir
    private Path directory;

    private static float[] merged(int row, float... values) {
        new MergedRows("q", ADAPTER, PAIR, 3, 2).merge(row, values);
        return values;
    }

    @Test
    void shouldGiveEveryRowItsMagnitudeWhenMerging() {
        assertArrayEquals(new float[] {6, 8}, merged(0, 1, 0), "3, 4 at length 10");
        assertArrayEquals(new float[] {0, 2}, merged(1, 2, 5), "0, 1 at length 2");
        assertArrayEquals(new float[] {0, 0}, merged(2, 0, 0), "no direction");
    }

    @Test
    void shouldRefuseToWriteAnAdapterAloneWhenTheFormHasNoPlaceForIt() {
        Path file = directory.resolve("adapter.gguf");
        String message = assertThrows(QuernException.class,
                () -> LoraGguf.write(file, ADAPTER, "llama", "lamp", ElementType.F32)).getMessage();
        assertTrue(message.startsWith("adapter lamp is DoRA: a GGUF adapter has no place"), message);
        assertFalse(Files.exists(file));
        assertEquals(4 * (2 + 3 + 3), PAIR.bytes());
    }
}
