package quern.kv;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/**
 * Where the warm tier has its files: beside the other blocks, or in a directory that was asked for, there below a name
 * that belongs to this data directory alone.
 *
 * @param directory the tier's own
 * @param inMemory whether that is a file system in memory: what it holds survives this process and no reboot
 */
public record WarmPlace(Path directory, boolean inMemory) {

    private static final Set<String> MEMORY_TYPES = Set.of("tmpfs", "ramfs");
    private static final Path SWAPS = Path.of("/proc/swaps");
    private static final String WARM = "warm";
    /** Beside the blocks: where the tier was outside of the data directory. */
    private static final String MARK = "warm.place";
    private static final String OWN = "quern-";
    private static final int OWN_DIGITS = 16;

    /** @param blocks where all other blocks are */
    public static WarmPlace of(Path blocks, KvConfig config) {
        if (config.warmDirectory().isEmpty()) {
            return new WarmPlace(blocks.resolve(WARM), false);
        }
        Path asked = config.warmDirectory().get().toAbsolutePath().normalize();
        return new WarmPlace(asked.resolve(OWN + digits(blocks.toAbsolutePath().normalize())), inMemory(asked));
    }

    /** Bytes of memory that the warm tier may take: its capacity where its files are in memory, else none. */
    public static long memoryBytes(KvConfig config) {
        return config.warmEnabled() && config.warmDirectory().filter(WarmPlace::inMemory).isPresent()
                ? config.warm().bytes() : 0;
    }

    /**
     * Whether a directory that was asked for can hold the tier.
     *
     * @throws QuernException FATAL if there is no such directory, or its file system is smaller than the tier
     */
    public static void require(KvConfig config) {
        if (!config.warmEnabled() || config.warmDirectory().isEmpty()) {
            return;
        }
        Path asked = config.warmDirectory().get();
        if (!Files.isDirectory(asked)) {
            throw new QuernException(Category.FATAL, "kv.warm-directory = " + asked + ": expected a directory, found "
                    + (Files.exists(asked) ? "something else" : "nothing"));
        }
        try {
            long bytes = Files.getFileStore(asked).getTotalSpace();
            if (bytes < config.warm().bytes()) {
                throw new QuernException(Category.FATAL, "kv.warm = " + config.warm() + " in kv.warm-directory = "
                        + asked + ": its file system has " + bytes + " bytes in all, expected at least "
                        + config.warm().bytes());
            }
        } catch (IOException e) {
            throw new QuernException(Category.FATAL, "kv.warm-directory = " + asked + " cannot be used: " + e, e);
        }
    }

    private static boolean inMemory(Path path) {
        try {
            return Files.exists(path) && MEMORY_TYPES.contains(Files.getFileStore(path).type());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether blocks are sealed there as they are on a disk: memory that is never swapped out is none. */
    public boolean sealed() {
        return !inMemory || swaps();
    }

    private static boolean swaps() {
        try {
            return Files.readAllLines(SWAPS).size() > 1;
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Makes the directory, and deletes what the tier left in another one, so that no block stays where nobody looks.
     *
     * @throws QuernException ERROR if the directory is there already and others can write it, as where anybody may make
     *     one
     */
    void claim(Path blocks) throws IOException {
        Path mark = blocks.resolve(MARK);
        leave(mark);
        boolean outside = !directory.equals(blocks.resolve(WARM));
        if (outside) {
            OwnerOnly.createDirectories(blocks);
            AtomicFile.write(mark, directory.toString());
            DataDirectory.removeTree(blocks.resolve(WARM));
        }
        OwnerOnly.createDirectories(directory);
        if (outside) {
            requireOwn(blocks);
        }
    }

    private void leave(Path mark) throws IOException {
        try {
            Path before = Path.of(Files.readString(mark).strip());
            if (!before.equals(directory)) {
                deleteOwn(before);
                Files.deleteIfExists(mark);
            }
        } catch (NoSuchFileException neverOutside) {
            return;
        }
    }

    /** Deletes what the warm tier holds outside of the data directory. */
    public static void deleteOutside(Path blocks) throws IOException {
        Path mark = blocks.resolve(MARK);
        if (Files.exists(mark)) {
            deleteOwn(Path.of(Files.readString(mark).strip()));
        }
    }

    private static void deleteOwn(Path place) throws IOException {
        if (place.isAbsolute() && place.getFileName().toString().matches(OWN + "[0-9a-f]{" + OWN_DIGITS + "}")
                && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            DataDirectory.removeTree(place);
        }
    }

    private void requireOwn(Path blocks) throws IOException {
        boolean own = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(blocks));
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        if (!own || mode.stream().anyMatch(right -> !right.name().startsWith("OWNER_"))) {
            throw new QuernException(Category.ERROR, directory + ": expected a directory of this user that nobody else "
                    + "can use, found another; look who made it, and remove it");
        }
    }

    private static String digits(Path path) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(path.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, OWN_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
