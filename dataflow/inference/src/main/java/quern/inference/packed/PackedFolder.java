package quern.inference.packed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import quern.kv.FileStamp;

/**
 * How packed weights lie on the disk: all in one file, or, where models may share some of them, in a directory of
 * {@value #DIRECTORY} and links to segments, which lie in a {@link SegmentStore} too.
 */
final class PackedFolder {

    /** What says where each matrix is. */
    static final String DIRECTORY = "directory";

    private PackedFolder() {}

    static boolean is(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** The file with the head of packed weights. */
    static Path head(Path path) {
        return is(path) ? path.resolve(DIRECTORY) : path;
    }

    static Path segment(Path path, PackedSegment segment) {
        return path.resolve(segment.sha256());
    }

    /**
     * What tells that nothing of it was written to since. That another model shares a segment changes the time of
     * change (ctime) of its file, so that is left out for segments.
     */
    static List<FileStamp> stamps(Path path) throws IOException {
        if (!is(path)) {
            return FileStamp.ofAll(path);
        }
        List<FileStamp> stamps = new ArrayList<>();
        for (FileStamp stamp : FileStamp.ofAll(path)) {
            stamps.add(stamp.path().endsWith(DIRECTORY) ? stamp
                    : new FileStamp(stamp.path(), stamp.bytes(), stamp.modifiedNs(), 0, stamp.inode()));
        }
        return stamps;
    }

    /** Bytes of all its files, shared ones too. */
    static long bytes(Path path) {
        return files(path).stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** Bytes of those that other models hold too. */
    static long sharedBytes(Path path) {
        return is(path) ? files(path).stream().filter(SegmentStore::isShared)
                .mapToLong(file -> file.toFile().length()).sum() : 0;
    }

    private static List<Path> files(Path path) {
        if (!is(path)) {
            return List.of(path);
        }
        try (var children = Files.list(path)) {
            return children.toList();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
