package quern.inference.format;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over mapped files. */
final class Fingerprints {

    private static final long CHUNK_BYTES = 1L << 26;

    private Fingerprints() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every Java platform has SHA-256", missing);
        }
    }

    /** @param doneBytes hashed before, of {@code totalBytes} */
    static void update(MessageDigest digest, MemorySegment bytes, long doneBytes, long totalBytes,
            ModelFingerprint.Progress progress) {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            long count = Math.min(CHUNK_BYTES, bytes.byteSize() - at);
            digest.update(bytes.asSlice(at, count).asByteBuffer());
            progress.hashed(doneBytes + at + count, totalBytes);
        }
    }
}
