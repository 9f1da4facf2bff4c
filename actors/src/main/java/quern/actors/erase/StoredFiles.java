package quern.actors.erase;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import quern.kv.DataDirectory;
import quern.kv.vault.ItemRef;
import quern.kv.vault.SealedFiles;
import quern.kv.vault.Vault;

/** Files of the data directory as an erasure sees them: whose key opens them, and gone for good. */
final class StoredFiles {

    private static final int ZEROS_BYTES = 1 << 16;

    private StoredFiles() {}

    /** Regular files below a directory, or itself; none if it is not there. */
    static List<Path> below(Path place) {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(place)) {
            return tree.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(place + " cannot be looked through", e);
        }
    }

    /** Names of the keys that open the files below a place; damaged files have none. */
    static Set<ItemRef> keys(Path place) {
        Set<ItemRef> keys = new TreeSet<>(java.util.Comparator.comparing(ItemRef::text));
        below(place).forEach(file -> key(file).ifPresent(keys::add));
        return keys;
    }

    static Optional<ItemRef> key(Path file) {
        try {
            return SealedFiles.itemOf(file);
        } catch (IOException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /**
     * Removes a file or directory. Plain files are overwritten first, as far as the file system writes in place; what
     * sealed ones leave is noise once their key is destroyed.
     */
    static void remove(DataDirectory data, Path place) throws IOException {
        for (Path file : below(real(data, place))) {
            if (key(file).isEmpty()) {
                overwrite(file);
            }
        }
        DataDirectory.removeTree(place);
    }

    /** The place without the seals. */
    static Path real(DataDirectory data, Path place) {
        return data.root().resolve(data.recorded(place));
    }

    private static void overwrite(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long size = channel.size();
            ByteBuffer zeros = ByteBuffer.allocate(ZEROS_BYTES);
            for (long at = 0; at < size; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZEROS_BYTES, size - at));
                channel.write(zeros, at);
            }
            channel.force(true);
        }
    }

    /**
     * Destroys keys that open nothing any more.
     *
     * @return those that still open a file that stays, and were left
     */
    static Set<ItemRef> destroy(DataDirectory data, List<ItemRef> keys) throws IOException {
        Vault vault = data.vault();
        Set<ItemRef> inUse = new TreeSet<>(java.util.Comparator.comparing(ItemRef::text));
        if (vault.id().isEmpty() || keys.isEmpty()) {
            return inUse;
        }
        for (Path directory : List.of(data.datasets(), data.adapters(), data.files(), data.jobs(), data.uploads())) {
            keys(real(data, directory)).stream().filter(keys::contains).forEach(inUse::add);
        }
        vault.destroy(keys.stream().filter(key -> !inUse.contains(key)).toList());
        return inUse;
    }
}
