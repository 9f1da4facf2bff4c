package quern.actors.models;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hex, of bytes and of stretches of files. */
public final class Sha256 {

    private static final int BUFFER_BYTES = 4 << 20;

    private Sha256() {}

    /** Told how many bytes of a file were read. */
    @FunctionalInterface
    interface Read {
        void at(long bytes);
    }

    /** Given bytes one run after another. */
    @FunctionalInterface
    interface Taker {
        void take(ByteBuffer bytes) throws IOException;
    }

    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(begin().digest(bytes));
    }

    static String of(Path file, Read read) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return of(in, 0, in.size(), bytes -> { }, read);
        }
    }

    /**
     * @param taker is given the bytes too
     * @throws EOFException if the file ends within
     */
    static String of(FileChannel in, long offset, long bytes, Taker taker, Read read) throws IOException {
        MessageDigest digest = begin();
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.max(1, Math.min(bytes, BUFFER_BYTES)));
        long done = 0;
        while (done < bytes) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - done));
            if (in.read(buffer, offset + done) < 0) {
                throw new EOFException(in.size() + " bytes, expected " + (offset + bytes) + " at least");
            }
            buffer.flip();
            done += buffer.remaining();
            digest.update(buffer.duplicate());
            taker.take(buffer);
            read.at(done);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("each JDK has SHA-256", impossible);
        }
    }
}
