package quern.inference.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.VectorKernels;
import quern.inference.TinyModel;
import quern.kv.FingerprintFile;

/** Packed files when processes die, meet, or find the disk full: a name means a whole file, or there is none. */
class PackedProcessTest {

    private static final int PACKS_BEFORE = 5;
    private static final int ENDED_S = 120;

    @TempDir
    private Path directory;

    /** Packs a model, says so in the middle, and goes on when it is told. */
    static final class Packer {

        private Packer() {}

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[0]);
            try (ComputeTeam team = new ComputeTeam(1)) {
                int[] packs = new int[1];
                Kernels kernels = pausing(new VectorKernels(team), packs);
                PackedFiles files = arguments.length > 1 ? sharing(kernels, directory) : files(kernels, directory);
                boolean made = files
                        .open(model(), model().fingerprint(), path(directory)).map(weights -> {
                            weights.close();
                            return true;
                        }).orElse(false);
                System.out.println(made ? "made" : "without");
            }
        }

        private static Kernels pausing(Kernels real, int[] packs) {
            return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("pack") && ++packs[0] == PACKS_BEFORE) {
                            System.out.println("half");
                            System.in.read();
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }
    }

    private static TinyModel model() {
        return TinyModel.stored(ElementType.Q4_0, 3);
    }

    private static Path path(Path directory) {
        return directory.resolve("model.gguf.packed");
    }

    private static PackedFiles files(Kernels kernels, Path directory) {
        return new PackedFiles(kernels, FingerprintFile.in(directory), text -> { });
    }

    private static PackedFiles sharing(Kernels kernels, Path directory) {
        return new PackedFiles(kernels, FingerprintFile.in(directory), Optional.of(directory.resolve("segments")),
                text -> { });
    }

    private Process start(String... before) throws IOException {
        return start(List.of(before), List.of());
    }

    private Process start(List<String> before, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--")).forEach(command::add);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx200m", "-cp",
                classPath.replace(',', File.pathSeparatorChar), Packer.class.getName(), directory.toString()));
        command.addAll(more);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** What it says next, of what this test knows. */
    private static String said(Process process) throws IOException {
        var reader = process.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (List.of("half", "made", "without").contains(line)) {
                return line;
            }
        }
        return "nothing";
    }

    private static void goOn(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    private static void end(Process process) throws InterruptedException {
        assertTrue(process.waitFor(ENDED_S, TimeUnit.SECONDS), "the process does not end");
    }

    private List<String> names() throws IOException {
        try (var children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        }
    }

    private void requireWhole() {
        try (ComputeTeam team = new ComputeTeam(1)) {
            PackedFiles files = files(new VectorKernels(team), directory);
            try (PackedWeights weights = files.open(model(), model().fingerprint(), path(directory)).orElseThrow()) {
                assertTrue(files.holdsAll(weights, model()));
            }
        }
    }

    @Test
    void shouldNeverUseWhatAKilledProcessLeft() throws Exception {
        Process killed = start();
        assertEquals("half", said(killed));
        killed.destroyForcibly();
        end(killed);
        assertFalse(Files.exists(path(directory)));
        assertEquals(1, names().size(), "half a file is left: " + names());
        requireWhole();
        assertEquals(List.of(FingerprintFile.NAME, "model.gguf.packed"), names());
    }

    @Test
    void shouldNeverUseSegmentsThatAKilledProcessLeft() throws Exception {
        Process killed = start(List.of(), List.of("segments"));
        assertEquals("half", said(killed));
        killed.destroyForcibly();
        end(killed);
        assertFalse(Files.exists(path(directory)));
        SegmentStore store = new SegmentStore(directory.resolve("segments"));
        assertEquals(0, store.sweep(), "what the half holds is not the store's to remove");
        try (ComputeTeam team = new ComputeTeam(1)) {
            PackedFiles files = sharing(new VectorKernels(team), directory);
            try (PackedWeights weights = files.open(model(), model().fingerprint(), path(directory)).orElseThrow()) {
                assertTrue(files.holdsAll(weights, model()));
            }
        }
        assertEquals(List.of(FingerprintFile.NAME, "model.gguf.packed", "segments"), names());
        assertEquals(0, store.sweep());
    }

    @Test
    void shouldEndWithOneWholeDirectoryWhenTwoProcessesPackAtOnce() throws Exception {
        Process one = start(List.of(), List.of("segments"));
        Process two = start(List.of(), List.of("segments"));
        try {
            assertEquals(List.of("half", "half"), List.of(said(one), said(two)));
            goOn(one);
            goOn(two);
            assertEquals(List.of("made", "made"), List.of(said(one), said(two)));
            end(one);
            end(two);
        } finally {
            one.destroyForcibly();
            two.destroyForcibly();
        }
        assertEquals(List.of(FingerprintFile.NAME, "model.gguf.packed", "segments"), names());
        assertEquals(0, new SegmentStore(directory.resolve("segments")).sweep());
    }

    @Test
    void shouldEndWithOneWholeFileWhenTwoProcessesPackAtOnce() throws Exception {
        Process one = start();
        Process two = start();
        try {
            assertEquals(List.of("half", "half"), List.of(said(one), said(two)));
            assertEquals(2, names().size(), "each its own: " + names());
            goOn(one);
            goOn(two);
            assertEquals(List.of("made", "made"), List.of(said(one), said(two)));
            end(one);
            end(two);
        } finally {
            one.destroyForcibly();
            two.destroyForcibly();
        }
        assertEquals(List.of(FingerprintFile.NAME, "model.gguf.packed"), names());
        requireWhole();
    }

    @Test
    void shouldGoOnWithoutAndLeaveNothingWhenTheDiskIsFull() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "/bin/bash sets the limit that stands for it");
        // Of a file's size, in KiB: what is more cannot be written.
        Process full = start("/bin/bash", "-c", "ulimit -f 8 && exec \"$0\" \"$@\"");
        assertEquals("half", said(full));
        goOn(full);
        assertEquals("without", said(full));
        end(full);
        assertNotEquals(137, full.exitValue());
        assertEquals(List.of(), names());
    }
}
