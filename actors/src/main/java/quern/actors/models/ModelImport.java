package quern.actors.models;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import quern.actors.models.ModelRefused.Reason;
import quern.config.QuernException;
import quern.inference.format.ForeignFiles;
import quern.inference.format.ModelFiles;
import quern.inference.format.ModelFingerprint;
import quern.inference.format.StoredModel;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.OwnerOnly;
import quern.kv.journal.RecordId;

/**
 * Brings a model to its place in the store and hashes it there; the caller then has the owner of the data directory
 * {@linkplain ModelStore#add add} it, before it closes this. May run beside a server. Until the record is written
 * nothing is visible, and what a killed import leaves is swept by the next owner.
 */
public final class ModelImport implements AutoCloseable {

    /** Told how far each stage is: {@code check}, {@code copy}, {@code hash}. */
    @FunctionalInterface
    public interface Progress {
        void at(String stage, long doneBytes, long totalBytes);
    }

    /**
     * @param name empty: the source's own
     * @param link leave the files where they are
     * @param fingerprint what the model's must be, in hex of either case
     */
    public record Order(Path source, Optional<String> name, boolean link, Optional<String> fingerprint) {}

    private static final long CHUNK_BYTES = 16L << 20;
    private static final long RESERVE_BYTES = 64L << 20;

    private final Path models;
    private final Progress progress;
    private final String kept = RecordId.next("m-");
    private Optional<FileChannel> marker = Optional.empty();
    private boolean done;

    private ModelImport(Path models, Progress progress) {
        this.models = models;
        this.progress = progress;
    }

    /** @param data the data directory; need not be owned by this process */
    public static ModelImport into(Path data, Progress progress) {
        return new ModelImport(ModelStore.models(data.toAbsolutePath().normalize()), progress);
    }

    /**
     * Checks, copies and hashes.
     *
     * @throws ModelRefused if the name is none, the fingerprint is another or the disk is too full
     * @throws QuernException if the model cannot be read or is damaged
     */
    public StagedModel stage(Order order) {
        Path source = order.source().toAbsolutePath().normalize();
        String name = order.name().map(ModelName::checked).orElseGet(() -> ModelName.of(source));
        order.fingerprint().ifPresent(ModelImport::requireDigest);
        List<String> remarks = ForeignFiles.in(source);
        try {
            if (order.link()) {
                Path real = source.toRealPath();
                return hash(name, real, Optional.empty(), order.fingerprint(), remarks, "hash");
            }
            if (order.fingerprint().isPresent()) {
                hash(name, source, Optional.empty(), order.fingerprint(), remarks, "check");
            } else {
                // Damage in the header shows before gigabytes are copied.
                ModelFiles.openAny(source).close();
            }
            return copied(name, source, order.fingerprint(), remarks);
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.ERROR, "import of " + source + ": " + failed, failed);
        }
    }

    private static void requireDigest(String text) {
        if (!text.matches("[0-9a-fA-F]{64}")) {
            throw new ModelRefused(Reason.INVALID, "SHA-256 '" + text.substring(0, Math.min(text.length(), 80))
                    + "', expected 64 hex digits");
        }
    }

    private StagedModel hash(String name, Path path, Optional<String> keptIn, Optional<String> expected,
            List<String> remarks, String stage) {
        ModelFingerprint stamps = ModelFingerprint.before(path);
        try (StoredModel model = ModelFiles.openAny(path)) {
            String found = model.fingerprint((done, total) -> progress.at(stage, done, total));
            expected.ifPresent(wanted -> {
                if (!wanted.toLowerCase(Locale.ROOT).equals(found)) {
                    throw new ModelRefused(Reason.MISMATCH,
                            path + " has SHA-256 " + found + ", expected " + wanted.toLowerCase(Locale.ROOT));
                }
            });
            return new StagedModel(name, path, keptIn, found, stamps.unchanged().orElseThrow(() -> new ModelRefused(
                    Reason.MISMATCH, path + " changed while it was read")), remarks);
        }
    }

    private StagedModel copied(String name, Path source, Optional<String> expected, List<String> remarks)
            throws IOException {
        List<Path> files = files(source);
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        makeStore();
        requireSpace(total, Files.getFileStore(models).getUsableSpace(), models);
        Path directory = directory();
        boolean single = !Files.isDirectory(source);
        Path target = directory.resolve(single ? name + ".gguf" : name);
        if (!single) {
            makePrivate(target);
        }
        long copied = 0;
        for (Path file : files) {
            Path copy = single ? target : target.resolve(source.relativize(file));
            if (!single && !copy.getParent().equals(target)) {
                makePrivate(copy.getParent());
            }
            copied += copy(file, copy, copied, total);
        }
        AtomicFile.forceDirectory(single ? directory : target);
        AtomicFile.forceDirectory(directory);
        AtomicFile.forceDirectory(models);
        return hash(name, target, Optional.of(kept), expected, remarks, "hash");
    }

    private static List<Path> files(Path source) throws IOException {
        if (!Files.isDirectory(source)) {
            return List.of(source);
        }
        return ForeignFiles.parts(source);
    }

    /** @throws ModelRefused unless {@code usableBytes} hold the copy and leave the disk a little room */
    static void requireSpace(long neededBytes, long usableBytes, Path where) {
        if (usableBytes - RESERVE_BYTES < neededBytes) {
            throw new ModelRefused(Reason.NO_SPACE, "the copy needs " + neededBytes + " bytes, " + usableBytes
                    + " are free in " + where + " and " + RESERVE_BYTES + " have to stay so; '--link' copies nothing");
        }
    }

    private void makeStore() throws IOException {
        boolean first = !Files.isDirectory(models.getParent());
        if (first) {
            makePrivate(models.getParent());
        }
        if (Files.isSymbolicLink(models)) {
            throw new ModelRefused(Reason.INVALID, models + " is a symbolic link, expected a directory");
        }
        makePrivate(models);
    }

    private Path directory() throws IOException {
        Path file = models.resolve(kept + ModelStore.MARKER);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        marker = Optional.of(channel);
        channel.lock();
        Path directory = models.resolve(kept);
        makePrivate(directory);
        return directory;
    }

    private static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private long copy(Path from, Path to, long before, long total) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        OwnerOnly.asPrivateAs(models))) {
            long at = 0;
            long size = in.size();
            while (at < size) {
                long moved = in.transferTo(at, Math.min(CHUNK_BYTES, size - at), out);
                if (moved <= 0) {
                    throw new ModelRefused(Reason.MISMATCH, from + " became shorter while it was copied");
                }
                at += moved;
                progress.at("copy", before + at, total);
            }
            out.force(true);
            return at;
        }
    }

    /** The record is written: the copy stays. */
    public void complete() {
        done = true;
    }

    /** Removes the copy unless it is {@linkplain #complete complete}. */
    @Override
    public void close() throws IOException {
        if (marker.isEmpty()) {
            return;
        }
        try {
            if (!done) {
                DataDirectory.removeTree(models.resolve(kept));
            }
            Files.deleteIfExists(models.resolve(kept + ModelStore.MARKER));
        } finally {
            marker.get().close();
        }
    }
}
