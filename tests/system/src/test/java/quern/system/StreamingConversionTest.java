package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files larger than the heap are written and quantised: a process of 64 MiB makes 257 MiB and reads them again. */
class StreamingConversionTest {

    private static final long HEAP_MIB = 64;
    private static final long LIMIT_S = 200;

    @TempDir
    Path directory;

    private void quern(String... arguments) throws IOException, InterruptedException {
        List<String> command = ProgramCommand.with(List.of("-Xmx" + HEAP_MIB + "m"));
        command.addAll(Arrays.asList(arguments));
        Path out = directory.resolve("out.txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        String printed = Files.readString(out);
        assertTrue(ended, printed);
        assertEquals(0, process.exitValue(), printed);
    }

    @Test
    void shouldQuantiseAFileFourTimesTheHeap() throws Exception {
        Path halves = directory.resolve("halves.gguf");
        Path small = directory.resolve("small.gguf");
        quern("models", "random", halves.toString(), "--shape", "smollm2-135m", "--type", "F16");
        assertTrue(Files.size(halves) > 4 * HEAP_MIB << 20, "only " + Files.size(halves) + " bytes");
        quern("quantize", halves.toString(), small.toString(), "--type", "Q8_0");
        assertTrue(Files.size(small) > Files.size(halves) / 2 && Files.size(small) < 0.55 * Files.size(halves));
    }
}
