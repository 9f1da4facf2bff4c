package quern.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import quern.kv.vault.Seal;
import quern.kv.vault.SealedOutput;

/**
 * Takes a body as it arrives, hashing it on the way: the first {@value #MEMORY_BYTES} bytes in memory, a longer one in
 * a temporary file, sealed by a key that only this process knows.
 * {@link #finish} hands it over; {@link #close} without it throws the bytes away. One thread.
 */
public final class Spool extends OutputStream {

    static final int MEMORY_BYTES = 1 << 16;
    static final byte[] CONTEXT = "quern spool".getBytes(StandardCharsets.US_ASCII);

    private final Path directory;
    private final long bytesMax;
    private final MessageDigest digest = sha256();
    private byte[] head = new byte[1024];
    private long count;
    private Path file;
    private Seal seal;
    private OutputStream sealed;
    private boolean finished;

    /**
     * @param directory where a longer body's temporary file is made
     * @param bytesMax largest body taken
     */
    public Spool(Path directory, long bytesMax) {
        super();
        this.directory = directory;
        this.bytesMax = bytesMax;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    /** @throws BodyTooLarge when the body grows beyond the limit */
    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        write(ByteBuffer.wrap(bytes, from, length));
    }

    /** @throws BodyTooLarge when the body grows beyond the limit */
    public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (count + length > bytesMax) {
            throw new BodyTooLarge(bytesMax);
        }
        digest.update(bytes.duplicate());
        int room = (int) Math.max(0, Math.min(length, MEMORY_BYTES - count));
        remember(bytes.duplicate(), room);
        if (sealed == null && count + length > MEMORY_BYTES) {
            startFile();
            sealed.write(head, 0, MEMORY_BYTES);
            bytes.position(bytes.position() + room);
        }
        if (sealed != null) {
            writeFully(bytes);
        } else {
            bytes.position(bytes.limit());
        }
        count += length;
    }

    private void remember(ByteBuffer bytes, int room) {
        if (room == 0) {
            return;
        }
        int needed = (int) count + room;
        if (needed > head.length) {
            head = Arrays.copyOf(head, Math.min(MEMORY_BYTES, Math.max(needed, 2 * head.length)));
        }
        bytes.get(head, (int) count, room);
    }

    private void startFile() throws IOException {
        Files.createDirectories(directory);
        file = Files.createTempFile(directory, "body-", ".spool");
        seal = Seal.ofThisProcess("spool file " + file.getFileName());
        sealed = new SealedOutput(Files.newOutputStream(file), seal, CONTEXT);
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        if (bytes.hasArray()) {
            sealed.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        byte[] copy = new byte[Math.min(bytes.remaining(), MEMORY_BYTES)];
        while (bytes.hasRemaining()) {
            int part = Math.min(copy.length, bytes.remaining());
            bytes.get(copy, 0, part);
            sealed.write(copy, 0, part);
        }
    }

    public long bytes() {
        return count;
    }

    /** The whole body; the spool takes no more. */
    public SpooledBody finish() throws IOException {
        if (finished) {
            throw new IllegalStateException("body was handed over already");
        }
        if (sealed != null) {
            sealed.close();
        }
        finished = true;
        DocumentId id = new DocumentId(HexFormat.of().formatHex(digest.digest()));
        byte[] first = Arrays.copyOf(head, (int) Math.min(count, MEMORY_BYTES));
        return new SpooledBody(id, count, first, file, seal);
    }

    @Override
    public void close() throws IOException {
        if (!finished && sealed != null) {
            finished = true;
            sealed.close();
            Files.deleteIfExists(file);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException("this JDK has no SHA-256", e));
        }
    }
}
