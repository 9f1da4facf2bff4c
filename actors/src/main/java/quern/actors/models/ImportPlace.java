package quern.actors.models;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.FileStamp;
import quern.kv.journal.RecordId;

/**
 * Where a copy is made: a directory in the store, the marker beside it, locked as long as this is open, and the record
 * of what is copied already. Who holds the lock may change or remove all three, nobody else.
 */
final class ImportPlace implements AutoCloseable {

    private final Path directory;
    private final FileChannel marker;

    private ImportPlace(Path directory, FileChannel marker) {
        this.directory = directory;
        this.marker = marker;
    }

    /** A new one, in a store that exists. */
    static ImportPlace begin(Path models) throws IOException {
        Path directory = models.resolve(RecordId.next("m-"));
        FileChannel channel = FileChannel.open(markerOf(directory),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        channel.lock();
        makePrivate(directory);
        return new ImportPlace(directory, channel);
    }

    /**
     * What an import of this name left, if the source is as it was then. What is left of another state of the source
     * is removed.
     */
    static Optional<ImportPlace> resume(Path models, String name, List<FileStamp> source) throws IOException {
        for (Path directory : unfinished(models, name)) {
            Optional<ImportPlace> place = lock(directory);
            if (place.isEmpty()) {
                continue;
            }
            boolean same = !source.isEmpty()
                    && place.get().record().filter(left -> left.source().equals(source)).isPresent();
            if (same && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                return place;
            }
            place.get().remove();
            place.get().close();
        }
        return Optional.empty();
    }

    /** Removes what imports of this name left that are not running; says whether there was anything. */
    static boolean abandon(Path models, String name) throws IOException {
        boolean found = false;
        for (Path directory : unfinished(models, name)) {
            Optional<ImportPlace> place = lock(directory);
            if (place.isPresent()) {
                try (ImportPlace held = place.get()) {
                    held.remove();
                    found = true;
                }
            }
        }
        return found;
    }

    private static List<Path> unfinished(Path models, String name) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path directory : all(models)) {
            if (PartialRecord.read(PartialRecord.beside(directory)).filter(r -> r.name().equals(name)).isPresent()) {
                found.add(directory);
            }
        }
        return found;
    }

    /** Directories of imports that have a marker or a record; they need not exist themselves. */
    static List<Path> all(Path models) throws IOException {
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(models)) {
            return children.map(child -> child.getFileName().toString())
                    .map(child -> child.replaceFirst("(\\" + ModelStore.MARKER + "|\\" + PartialRecord.ENDING
                            + "(\\..*)?)$", ""))
                    .filter(child -> ModelStore.KEPT.matcher(child).matches())
                    .distinct().sorted().map(models::resolve).toList();
        }
    }

    /** Empty while an import runs there; makes the marker where there is none. */
    static Optional<ImportPlace> lock(Path directory) throws IOException {
        Path file = markerOf(directory);
        FileChannel channel = FileChannel.open(file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        boolean held = false;
        try {
            FileLock lock = channel.tryLock();
            // Its last holder may have removed the file before this lock was had.
            held = lock != null && Files.exists(file);
        } catch (OverlappingFileLockException running) {
            return Optional.empty();
        } finally {
            if (!held) {
                channel.close();
            }
        }
        return held ? Optional.of(new ImportPlace(directory, channel)) : Optional.empty();
    }

    /** Whether an import runs there, or one that was broken off did. */
    static boolean isMarked(Path directory) {
        return Files.exists(markerOf(directory)) || Files.exists(PartialRecord.beside(directory));
    }

    private static Path markerOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + ModelStore.MARKER);
    }

    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    Path directory() {
        return directory;
    }

    String kept() {
        return directory.getFileName().toString();
    }

    Optional<PartialRecord> record() {
        return PartialRecord.read(PartialRecord.beside(directory));
    }

    /** What the next import need not copy again. */
    long forcedBytes() {
        return record().map(PartialRecord::forcedBytes).orElse(0L);
    }

    void record(PartialRecord copied) throws IOException {
        copied.write(PartialRecord.beside(directory));
    }

    /** The copy is whole: nobody goes on with it any more. */
    void forget() throws IOException {
        Path record = PartialRecord.beside(directory);
        Files.deleteIfExists(record);
        AtomicFile.removeAbandoned(record, AtomicFile.TEMPORARY_SUFFIX);
    }

    /** Removes the copy and all that was known of it. */
    void remove() throws IOException {
        forget();
        DataDirectory.removeTree(directory);
        removeMarker();
    }

    void removeMarker() throws IOException {
        Files.deleteIfExists(markerOf(directory));
    }

    /** When the record was written last; 0: there is none. */
    long recordedAtMs() throws IOException {
        try {
            return Files.getLastModifiedTime(PartialRecord.beside(directory)).toMillis();
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        marker.close();
    }
}
