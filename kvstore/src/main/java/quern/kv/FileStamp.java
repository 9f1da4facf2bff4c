package quern.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What tells a file from the same file after a change, without reading it. The time of change is the file system's own
 * (ctime): no program can set it back, unlike the time of modification.
 *
 * @param path real path, links resolved
 * @param modifiedNs mtime, since the epoch
 * @param changedNs ctime, since the epoch; 0 where the file system has none
 * @param inode 0 where the file system has none
 */
public record FileStamp(String path, long bytes, long modifiedNs, long changedNs, long inode) {

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long TICK_NS = 50_000_000L;
    private static final int FILES_MAX = 10_000;

    public static FileStamp of(Path file) throws IOException {
        Path real = file.toRealPath();
        boolean unix = real.getFileSystem().supportedFileAttributeViews().contains("unix");
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return new FileStamp(real.toString(), attributes.size(), ns(attributes.lastModifiedTime()),
                unix ? ns((FileTime) Files.getAttribute(real, "unix:ctime")) : 0,
                unix ? ((Number) Files.getAttribute(real, "unix:ino")).longValue() : 0);
    }

    /** The stamp of a file, or those of all regular files in a directory and the directories in it, by name. */
    public static List<FileStamp> ofAll(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(of(path));
        }
        List<FileStamp> stamps = new ArrayList<>();
        try (Stream<Path> files = Files.walk(path, 2)) {
            for (Path file : files.filter(Files::isRegularFile).limit(FILES_MAX).sorted().toList()) {
                stamps.add(of(file));
            }
        }
        return stamps;
    }

    private static long ns(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    /**
     * When a later change is sure to show as another stamp, in ns since the epoch: time stamps come in ticks, a change
     * within the tick of the one before it leaves the stamp as it is.
     */
    public long settledAtNs() {
        long last = Math.max(modifiedNs, changedNs);
        // Whole seconds look like a file system that keeps no more than those.
        return last + (last % SECOND_NS == 0 ? 2 * SECOND_NS : TICK_NS);
    }
}
