package quern.kv;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import quern.config.EncryptionConfig;
import quern.config.QuernException;
import quern.kv.vault.SealedFiles;
import quern.kv.vault.Vault;

/**
 * The directory that holds all state, owned by this process until {@link #close}. The lock belongs to the process, so
 * it ends with it, however it dies. Sub-directories are made on first use; all are readable by their owner only.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String LOCK = "lock";
    private static final String SERVER = "server.json";
    private static final int PID_BYTES_MAX = 32;

    private final Path root;
    private final FileChannel lockChannel;
    private final Vault vault;
    private final Path place;

    private DataDirectory(Path root, FileChannel lockChannel, Vault vault) {
        this.root = root;
        this.lockChannel = lockChannel;
        this.vault = vault;
        this.place = SealedFiles.over(root, vault);
    }

    /** The same as {@link #open(Path, EncryptionConfig, Map)} with nothing sealed. */
    public static DataDirectory open(Path path) {
        return open(path, new EncryptionConfig(false, Optional.empty()), Map.of());
    }

    /**
     * Makes the directory if need be (mode 0700), takes its lock, opens its keys, removes what a dead owner left
     * half-written, and takes from others what earlier versions let them read.
     *
     * @param environment where the master key may be
     * @throws DirectoryInUse if another process, or this one, has it open
     * @throws QuernException FATAL if it cannot be made or written, or its keys do not open
     */
    public static DataDirectory open(Path path, EncryptionConfig encryption, Map<String, String> environment) {
        Path root = path.toAbsolutePath().normalize();
        try {
            makeDirectory(root);
            FileChannel channel = FileChannel.open(
                    root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(root, channel);
                return owned(root, channel, Vault.open(root, encryption, environment));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.FATAL, "data directory " + root + " cannot be opened: " + e, e);
        }
    }

    private static DataDirectory owned(Path root, FileChannel channel, Vault vault) throws IOException {
        try {
            DataDirectory directory = new DataDirectory(root, channel, vault);
            directory.removeLeftovers();
            OwnerOnly.below(root);
            return directory;
        } catch (IOException | RuntimeException e) {
            vault.close();
            throw e;
        }
    }

    private static void lock(Path root, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new DirectoryInUse(root, ProcessHandle.current().pid());
        }
        if (lock == null) {
            throw new DirectoryInUse(root, pidIn(channel));
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static long pidIn(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(text, 0);
        try {
            return Long.parseLong(new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void removeLeftovers() throws IOException {
        Files.deleteIfExists(root.resolve(SERVER));
        removeTree(root.resolve("tmp"));
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.toList()) {
                if (child.getFileName().toString().endsWith(AtomicFile.TEMPORARY_SUFFIX)) {
                    removeTree(child);
                }
            }
        }
    }

    /** Deletes a file, or a directory with everything in it; links are deleted, not followed. */
    public static void removeTree(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    public Path root() {
        return root;
    }

    /** The keys of what is sealed here. */
    public Vault vault() {
        return vault;
    }

    /** The journal's RocksDB. */
    public Path catalogue() {
        return root.resolve("catalogue");
    }

    /** The KV cache's lower tiers; may be deleted whenever no process runs. */
    public Path blocks() {
        return blocksIn(root);
    }

    /** The same of a directory that is not open. */
    public static Path blocksIn(Path data) {
        return data.resolve("blocks");
    }

    /** Text of ingested documents. */
    public Path documents() {
        return directory("documents");
    }

    /** Uploaded files; sealed. */
    public Path files() {
        return sealed("files");
    }

    /** Sealed, as are {@link #adapters}, {@link #jobs} and {@link #uploads}: see {@link SealedFiles}. */
    public Path datasets() {
        return sealed("datasets");
    }

    public Path adapters() {
        return sealed("adapters");
    }

    /** Files on their way in, sealed; emptied at each open. */
    public Path uploads() {
        return sealed("tmp");
    }

    private Path sealed(String name) {
        return place.resolve(directory(name).getFileName().toString());
    }

    /** What a record's path, relative to this directory, leads to. */
    public Path resolve(String recorded) {
        return place.resolve(recorded);
    }

    /** A path of this directory as records hold it. */
    public String recorded(Path path) {
        return place.relativize(path).toString();
    }

    /** Models that were imported or quantized. */
    public Path models() {
        return directory("models");
    }

    /** Working directories and checkpoints of jobs. */
    public Path jobs() {
        return sealed("jobs");
    }

    public Path logs() {
        return directory("logs");
    }

    /** Spool files; emptied at each open. */
    public Path temporary() {
        return directory("tmp");
    }

    /** The admin key of the first start, mode 0600. */
    public Path adminKeyFile() {
        return root.resolve("admin.key");
    }

    /** A sub-directory, made if need be, mode 0700. */
    public Path directory(String name) {
        Path path = root.resolve(name).normalize();
        if (!root.equals(path.getParent())) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a directory in " + root);
        }
        try {
            makeDirectory(path);
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.FATAL, "directory " + path + " cannot be made: " + e, e);
        }
        return path;
    }

    /** Makes a directory and those above it that are missing; its mode becomes 0700. */
    public static void makeDirectory(Path path) throws IOException {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(path);
        if (posix) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Tells other processes how to reach the server that owns this directory. */
    public void writeServerFile(ServerFile server) {
        try {
            AtomicFile.write(root.resolve(SERVER), new ObjectMapper().writeValueAsBytes(server));
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.FATAL, root.resolve(SERVER) + " cannot be written: " + e, e);
        }
    }

    /** What the directory's {@code server.json} says; empty when there is none or the process it names is gone. */
    public static Optional<ServerFile> readServerFile(Path root) {
        try {
            ServerFile server =
                    new ObjectMapper().readValue(Files.readAllBytes(root.resolve(SERVER)), ServerFile.class);
            return ProcessHandle.of(server.pid()).filter(ProcessHandle::isAlive).map(alive -> server);
        } catch (NoSuchFileException | JacksonException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.ERROR, root.resolve(SERVER) + " unreadable: " + e, e);
        }
    }

    /** Removes {@code server.json} and gives the directory back. */
    @Override
    public void close() {
        try (lockChannel; vault) {
            Files.deleteIfExists(root.resolve(SERVER));
        } catch (IOException e) {
            throw new QuernException(QuernException.Category.ERROR, "data directory " + root + " not closed: " + e, e);
        }
    }
}
