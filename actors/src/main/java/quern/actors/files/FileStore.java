package quern.actors.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import quern.config.QuernException;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.Catalogue;
import quern.kv.journal.FileRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.WriteSet;

/** Files by id: bytes below the data directory, records in the catalogue, the bytes on disk before the record. */
public final class FileStore {

    private final DataDirectory data;
    private final Catalogue catalogue;
    private final LongSupplier clockMs;

    /** @param clockMs epoch milliseconds */
    public FileStore(DataDirectory data, Catalogue catalogue, LongSupplier clockMs) {
        this.data = data;
        this.catalogue = catalogue;
        this.clockMs = clockMs;
    }

    /** A new empty file to write an upload to, beside the store. */
    public Path spool() {
        try {
            return Files.createTempFile(data.uploads(), "upload-", ".part");
        } catch (IOException e) {
            throw failed("upload cannot be spooled", e);
        }
    }

    /** Removes a spooled file that nobody took over. */
    public void discard(Path spooled) {
        try {
            Files.deleteIfExists(spooled);
        } catch (IOException e) {
            throw failed("the upload " + spooled.getFileName() + " cannot be removed", e);
        }
    }

    /** Takes over a spooled file. */
    public FileRecord keep(Path spooled, String name, String purpose, Ownership ownership) {
        FileRecord file = place(spooled, name, purpose, ownership);
        catalogue.commit(new WriteSet().put(RecordKind.FILE, file.id(), file));
        return file;
    }

    /** The same, the record left to the caller's own write set. */
    public FileRecord place(Path spooled, String name, String purpose, Ownership ownership) {
        String id = "file-" + Long.toString(clockMs.getAsLong(), 36)
                + Long.toString(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36 * 36), 36);
        try {
            try (FileChannel channel = FileChannel.open(spooled, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            long bytes = Files.size(spooled);
            String sha256 = sha256(spooled);
            Files.move(spooled, path(id), StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.forceDirectory(data.files());
            return new FileRecord(id, name, purpose, bytes, sha256, ownership, clockMs.getAsLong());
        } catch (IOException e) {
            throw failed("file '" + name + "' cannot be stored", e);
        }
    }

    public Optional<FileRecord> find(String id) {
        return catalogue.get(RecordKind.FILE, id, FileRecord.class);
    }

    /** Where a file's bytes are. */
    public Path path(String id) {
        return data.files().resolve(id);
    }

    public void delete(String id) {
        catalogue.commit(new WriteSet().delete(RecordKind.FILE, id));
        try {
            Files.deleteIfExists(path(id));
        } catch (IOException e) {
            throw failed("file " + id + " cannot be removed", e);
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            try (var in = new DigestInputStream(Files.newInputStream(file), sha)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static QuernException failed(String what, IOException cause) {
        return new QuernException(QuernException.Category.RETRYABLE, what + ": " + cause.getMessage(), cause);
    }
}
