package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.config.TuningOptimizer;
import quern.tuning.network.Parameter;

class CheckpointTest {

    private static final String IDENTITY = "a run";

    @TempDir
    private Path directory;

    private static TrainingState state(TuningOptimizer optimizer, float fill) {
        TrainingState state = new TrainingState(List.of(Parameter.zeros("w", 2, 3, true)), optimizer);
        for (int i = 0; i < 6; i++) {
            state.parameters().getFirst().values().values()[i] = fill + i;
            for (float[] moments : state.moments(0).arrays()) {
                moments[Math.min(i, moments.length - 1)] = fill * moments.length - i;
            }
            for (byte[] codes : state.moments(0).codes()) {
                codes[i] = (byte) (fill * 31 - i);
            }
        }
        state.stepTo((int) fill);
        return state;
    }

    private static void assertSame(TrainingState expected, TrainingState found) {
        assertEquals(expected.step(), found.step());
        assertArrayEquals(expected.parameters().getFirst().values().values(),
                found.parameters().getFirst().values().values());
        for (int a = 0; a < expected.moments(0).arrays().size(); a++) {
            assertArrayEquals(expected.moments(0).arrays().get(a), found.moments(0).arrays().get(a));
        }
        for (int a = 0; a < expected.moments(0).codes().size(); a++) {
            assertArrayEquals(expected.moments(0).codes().get(a), found.moments(0).codes().get(a));
        }
    }

    @Test
    void shouldReadBackWhatEveryOptimizerRemembers() {
        for (TuningOptimizer optimizer : TuningOptimizer.values()) {
            Checkpoint checkpoint = new Checkpoint(directory.resolve(optimizer.name()), IDENTITY);
            checkpoint.save(state(optimizer, 7));
            TrainingState read = state(optimizer, 0);
            checkpoint.load(read);
            assertSame(state(optimizer, 7), read);
        }
    }

    @Test
    void shouldTakeAQuarterOfTheMemoryWhenMomentsAreBytes() {
        List<Parameter> parameters = List.of(Parameter.zeros("w", 16, 576, true), Parameter.zeros("v", 1536, 16, true));
        long floats = new TrainingState(parameters, TuningOptimizer.ADAMW).momentBytes();
        long bytes = new TrainingState(parameters, TuningOptimizer.ADAMW8BIT).momentBytes();
        assertEquals(2L * 4 * (16 * 576 + 1536 * 16), floats);
        assertEquals(0.25, (double) bytes / floats, 0.005);
    }

    @Test
    void shouldRefuseWhatAnotherOptimizerRemembers() {
        Checkpoint checkpoint = new Checkpoint(directory.resolve("c"), IDENTITY);
        checkpoint.save(state(TuningOptimizer.ADAMW, 7));
        String message = assertThrows(QuernException.class,
                () -> checkpoint.load(state(TuningOptimizer.LION, 0))).getMessage();
        assertTrue(message.contains("optimizer is ADAMW, expected LION"), message);
    }

    @Test
    void shouldReadTheFormatOfBeforeThereWasAChoice() throws Exception {
        Path file = directory.resolve("c");
        Checkpoint checkpoint = new Checkpoint(file, IDENTITY);
        checkpoint.save(state(TuningOptimizer.ADAMW, 7));
        ByteBuffer now = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int optimizerAt = 12 + IDENTITY.length();
        int behind = optimizerAt + 4 + TuningOptimizer.ADAMW.name().length();
        ByteBuffer before = ByteBuffer.allocate(now.capacity() - (behind - optimizerAt)).order(ByteOrder.LITTLE_ENDIAN);
        before.put(now.slice(0, optimizerAt)).put(now.slice(behind, now.capacity() - behind - 8)).putInt(4, 1);
        CRC32C sum = new CRC32C();
        sum.update(before.array(), 0, before.position());
        before.putLong(sum.getValue());
        Files.write(file, before.array());
        TrainingState read = state(TuningOptimizer.ADAMW, 0);
        checkpoint.load(read);
        assertSame(state(TuningOptimizer.ADAMW, 7), read);
    }
}
