package quern.inference.packed;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.kv.DataDirectory;

/**
 * Segments by their SHA-256, each a link to the file that models hold links to as well: the disk has it once, and what
 * several of them map is in memory once. How many hold one is what the file system counts, so a kill at any point
 * leaves no wrong count; what only the store holds is {@linkplain #sweep swept}. Several processes may use it.
 */
record SegmentStore(Path directory) {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);
    /** The store's own link, and one of a model. */
    private static final int OWN_LINKS = 2;

    /**
     * Gives a segment that was just written its name beside it, as a link to one of the same bytes if there is one.
     * Where the file system has no links, or lies elsewhere, the segment is the model's alone.
     *
     * @param written forced to disk, called otherwise
     * @return where it lies now
     */
    Path keep(Path written, String sha256) throws IOException {
        Path own = written.resolveSibling(sha256);
        if (Files.exists(own)) {
            // The same bytes twice in one model.
            Files.delete(written);
            return own;
        }
        Path stored = directory.resolve(sha256);
        try {
            DataDirectory.makeDirectory(directory);
            if (Files.exists(stored) && Files.mismatch(stored, written) >= 0) {
                LOG.warn("segment {} is damaged and is not used any more", stored);
                Files.delete(stored);
            }
            if (Files.exists(stored)) {
                Files.createLink(own, stored);
                Files.delete(written);
                return own;
            }
        } catch (NoSuchFileException | FileAlreadyExistsException raced) {
            LOG.debug("segment {} was removed meanwhile", stored);
        } catch (IOException | UnsupportedOperationException alone) {
            LOG.warn("segment {} is not shared: {}", sha256, alone.toString());
        }
        if (!Files.exists(own)) {
            Files.move(written, own);
        }
        offer(own, stored);
        return own;
    }

    private static void offer(Path own, Path stored) {
        try {
            Files.createLink(stored, own);
        } catch (FileAlreadyExistsException raced) {
            join(own, stored);
        } catch (IOException | UnsupportedOperationException alone) {
            LOG.warn("segment {} is not offered to other models: {}", stored, alone.toString());
        }
    }

    /** Two made the same at once: the one that was slower takes the other's. */
    private static void join(Path own, Path stored) {
        Path link = own.resolveSibling(own.getFileName() + ".link");
        try {
            Files.createLink(link, stored);
            if (Files.mismatch(link, own) < 0) {
                Files.move(link, own, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.delete(link);
            }
        } catch (IOException alone) {
            LOG.debug("segment {} is not shared: {}", stored, alone.toString());
        }
    }

    /** Whether more than one model holds a segment. */
    static boolean isShared(Path segment) {
        return links(segment) > OWN_LINKS;
    }

    private static int links(Path file) {
        try {
            return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? ((Number) Files.getAttribute(file, "unix:nlink")).intValue() : 1;
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Removes what no model holds. @return bytes freed */
    long sweep() throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        long freed = 0;
        try (var children = Files.newDirectoryStream(directory)) {
            for (Path segment : children) {
                if (links(segment) == 1) {
                    long bytes = Files.size(segment);
                    Files.deleteIfExists(segment);
                    freed += bytes;
                }
            }
        }
        return freed;
    }
}
