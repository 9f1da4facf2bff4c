package quern.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warm tier's directory: one below it for each layout of blocks, so that another model, element type or version
 * of Quern finds its blocks again. All together they have the tier's capacity; what was opened longest ago is deleted
 * when the layout in use grows into its room. One thread at a time.
 */
final class WarmRoom {

    private static final Logger LOG = LoggerFactory.getLogger(WarmRoom.class);

    private final Path directory;
    private final Path own;
    private final long capacityBytes;
    private final List<Foreign> others = new ArrayList<>();

    /** What another layout left: a directory, or a file of the time when there were none. */
    private record Foreign(Path path, FileTime opened, long bytes) {}

    private WarmRoom(Path directory, Path own, long capacityBytes) {
        this.directory = directory;
        this.own = own;
        this.capacityBytes = capacityBytes;
    }

    static WarmRoom open(Path directory, BlockImage image, long capacityBytes) throws IOException {
        Path own = directory.resolve(String.format("%016x", image.layout()));
        OwnerOnly.createDirectories(own);
        Files.setLastModifiedTime(own, FileTime.from(Instant.now()));
        WarmRoom room = new WarmRoom(directory, own, capacityBytes);
        room.look();
        if (!room.others.isEmpty()) {
            LOG.info("warm tier: {} bytes of other layouts are kept while there is room", room.foreignBytes());
        }
        return room;
    }

    private void look() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.filter(path -> !path.equals(own)).toList()) {
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

    /** Where the layout in use has its files. */
    Path own() {
        return own;
    }

    /** Bytes of files of other layouts. */
    synchronized long foreignBytes() {
        return others.stream().mapToLong(Foreign::bytes).sum();
    }

    /** Deletes other layouts until the one in use may have this many bytes. */
    synchronized void make(long ownBytes) throws IOException {
        while (!others.isEmpty() && ownBytes + foreignBytes() > capacityBytes) {
            delete(others.getFirst());
        }
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
