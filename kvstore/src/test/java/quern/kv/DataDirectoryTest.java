package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path parent;

    /** Owns a directory until it is killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws IOException {
            DataDirectory directory = DataDirectory.open(Path.of(arguments[0]));
            directory.writeServerFile(new ServerFile(ProcessHandle.current().pid(), "127.0.0.1", 1, false));
            System.out.println(ProcessHandle.current().pid());
            System.in.read();
        }
    }

    @Test
    void shouldNameTheOwnerWhenAnotherProcessHasTheDirectory() throws IOException, InterruptedException {
        Path root = parent.resolve("data");
        Process owner = new ProcessBuilder(
                ChildProcess.command(ChildProcess.classPath(), Owner.class, root.toString())).start();
        try {
            assertEquals(Long.toString(owner.pid()), owner.inputReader().readLine());
            assertEquals(owner.pid(), assertThrows(DirectoryInUse.class, () -> DataDirectory.open(root)).pid());
            assertEquals(
                    Optional.of(new ServerFile(owner.pid(), "127.0.0.1", 1, false)),
                    DataDirectory.readServerFile(root));
        } finally {
            owner.destroyForcibly().waitFor();
        }
        assertEquals(Optional.empty(), DataDirectory.readServerFile(root));
        DataDirectory.open(root).close();
        assertFalse(Files.exists(root.resolve("server.json")));
    }

    @Test
    void shouldBeOwnedOnceAndPrivateWhenOpened() throws IOException {
        Path root = parent.resolve("a/b");
        try (DataDirectory directory = DataDirectory.open(root)) {
            DirectoryInUse inUse = assertThrows(DirectoryInUse.class, () -> DataDirectory.open(root));
            assertEquals(ProcessHandle.current().pid(), inUse.pid());
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.adapters())));
            for (String name : new String[] {"", ".", "..", "a/b", "/tmp", "../x"}) {
                assertThrows(IllegalArgumentException.class, () -> directory.directory(name));
            }
        }
        DataDirectory.open(root).close();
    }

    @Test
    void shouldRemoveWhatWasHalfWrittenWhenOpened() throws IOException {
        Files.createDirectories(parent.resolve("tmp/deep"));
        Files.writeString(parent.resolve("tmp/deep/file"), "x");
        Files.writeString(AtomicFile.temporary(parent.resolve("state.json")), "half");
        Files.writeString(parent.resolve("state.json"), "whole");
        DataDirectory.open(parent).close();
        assertFalse(Files.exists(parent.resolve("tmp")));
        assertFalse(Files.exists(parent.resolve("state.json.writing")));
        assertTrue(Files.exists(parent.resolve("state.json")));
    }

    @Test
    void shouldKeepTheOldFileWhenWritingFails() throws IOException {
        Path file = parent.resolve("file");
        AtomicFile.write(file, "old");
        assertThrows(IOException.class, () -> AtomicFile.write(file, channel -> {
            throw new IOException("full");
        }));
        assertEquals("old", Files.readString(file));
        AtomicFile.write(file, "new");
        assertEquals("new", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void shouldKeepAWholeFileWhenSeveralWriteItAtOnce() throws Exception {
        Path file = parent.resolve("file");
        List<String> contents = Stream.of("a", "b", "c", "d").map(letter -> letter.repeat(70_000)).toList();
        try (ExecutorService writers = Executors.newFixedThreadPool(contents.size())) {
            List<Future<?>> written = new ArrayList<>();
            for (String content : contents) {
                written.add(writers.submit(() -> {
                    for (int round = 0; round < 25; round++) {
                        AtomicFile.write(file, content);
                        assertTrue(contents.contains(Files.readString(file)), "not whole");
                    }
                    return null;
                }));
            }
            for (Future<?> each : written) {
                each.get();
            }
        }
        assertEquals(Set.of("file"), names());
    }

    @Test
    void shouldRemoveWhatADeadProcessWasWriting() throws IOException {
        Path file = parent.resolve("file");
        Files.writeString(parent.resolve("file.999999999999-1.writing"), "half");
        Files.writeString(AtomicFile.ownTemporary(file, AtomicFile.TEMPORARY_SUFFIX), "being written");
        AtomicFile.write(file, "whole");
        assertEquals(2, names().size(), "the dead one's is gone, the living one's is not: " + names());
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.map(child -> child.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
