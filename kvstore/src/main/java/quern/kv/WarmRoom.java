package quern.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warm tier's directory: one below it for each layout of blocks, so that another model, element type or version
 * of Quern finds its blocks again. All together they have the tier's capacity; what was opened longest ago is deleted
 * when a layout in use grows into its room. Thread-safe.
 */
final class WarmRoom {

    private static final Logger LOG = LoggerFactory.getLogger(WarmRoom.class);

    private final Path directory;
    private final long capacityBytes;
    /** Bytes of the layouts in use. */
    private final Map<Path, Long> live = new HashMap<>();
    private final List<Foreign> others = new ArrayList<>();

    /** What another layout left: a directory, or a file of the time when there were none. */
    private record Foreign(Path path, FileTime opened, long bytes) {}

    private WarmRoom(Path directory, long capacityBytes) {
        this.directory = directory;
        this.capacityBytes = capacityBytes;
    }

    static WarmRoom open(Path directory, long capacityBytes) throws IOException {
        OwnerOnly.createDirectories(directory);
        WarmRoom room = new WarmRoom(directory, capacityBytes);
        room.look();
        return room;
    }

    /** Where a layout has its files. */
    Path of(BlockImage image) {
        return directory.resolve(String.format("%016x", image.layout()));
    }

    /** Begins to use a layout. */
    synchronized void enter(Path own) throws IOException {
        OwnerOnly.createDirectories(own);
        Files.setLastModifiedTime(own, FileTime.from(Instant.now()));
        live.put(own, bytes(own));
        others.removeIf(other -> other.path().equals(own));
        if (!others.isEmpty()) {
            LOG.info("warm tier: {} bytes of other layouts are kept while there is room", foreignBytes());
        }
    }

    /** A layout is not used any more; its blocks stay. */
    synchronized void leave(Path own) throws IOException {
        live.remove(own);
        others.add(new Foreign(own, FileTime.from(Instant.now()), bytes(own)));
    }

    private void look() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                others.add(new Foreign(path, Files.getLastModifiedTime(path), bytes(path)));
            }
        }
        others.sort(Comparator.comparing(Foreign::opened));
    }

    private static long bytes(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    /** Bytes of files of other layouts. */
    synchronized long foreignBytes() {
        return others.stream().mapToLong(Foreign::bytes).sum();
    }

    /**
     * Makes room for a layout in use by deleting others.
     *
     * @return false if those in use have it all
     */
    synchronized boolean make(Path own, long ownBytes) throws IOException {
        long before = live.get(own);
        long used = live.values().stream().mapToLong(Long::longValue).sum() - before + ownBytes;
        while (!others.isEmpty() && used + foreignBytes() > capacityBytes) {
            delete(others.getFirst());
        }
        // A layout alone may have what its slots need, whatever its index takes beside them.
        if (live.size() > 1 && used > capacityBytes) {
            return false;
        }
        live.put(own, ownBytes);
        return true;
    }

    /** Deletes everything of other layouts. @return bytes that were */
    synchronized long forgetOthers() throws IOException {
        long bytes = foreignBytes();
        while (!others.isEmpty()) {
            delete(others.getFirst());
        }
        return bytes;
    }

    private void delete(Foreign other) throws IOException {
        if (Files.isDirectory(other.path())) {
            DataDirectory.removeTree(other.path());
        } else {
            Files.deleteIfExists(other.path());
        }
        others.remove(other);
        LOG.info("warm tier: {} bytes of another layout deleted", other.bytes());
    }
}
