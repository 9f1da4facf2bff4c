package quern.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.kv.vault.Seal;
import quern.kv.vault.SealedInput;

/**
 * A whole body, hashed, in memory or in a temporary file that {@link #close} deletes. Immutable; it may pass between
 * threads, and whoever holds it last closes it.
 */
public final class SpooledBody implements AutoCloseable {

    private final DocumentId id;
    private final long bytes;
    private final byte[] head;
    private final Path file;
    private final Seal seal;

    /** @param file holds the body, sealed; null where the head is all of it */
    SpooledBody(DocumentId id, long bytes, byte[] head, Path file, Seal seal) {
        this.id = id;
        this.bytes = bytes;
        this.head = head;
        this.file = file;
        this.seal = seal;
    }

    /** A short body that is in memory already. */
    public static SpooledBody of(byte[] content) {
        Path unused = Path.of(System.getProperty("java.io.tmpdir"));
        try (Spool spool = new Spool(unused, Spool.MEMORY_BYTES)) {
            spool.write(content);
            return spool.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Spools a stream to its end.
     *
     * @throws BodyTooLarge if it holds more than {@code bytesMax}
     */
    public static SpooledBody of(InputStream stream, Path directory, long bytesMax) throws IOException {
        try (Spool spool = new Spool(directory, bytesMax)) {
            stream.transferTo(spool);
            return spool.finish();
        }
    }

    /** Hash of the content. */
    public DocumentId id() {
        return id;
    }

    public long bytes() {
        return bytes;
    }

    /** The first bytes, enough to tell what it is; the receiver may not change them. */
    byte[] head() {
        return head;
    }

    /** Reads the body from its first byte. */
    public InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(head)
                : new SealedInput(Files.newInputStream(file), seal, Spool.CONTEXT, file.getFileName().toString());
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException("spool file not deleted", e);
            }
        }
    }
}
