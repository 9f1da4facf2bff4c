package quern.kv.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import quern.kv.AtomicFile;

/** Replaces a file of keys, then overwrites what the old one held, as far as the file system writes in place. */
final class WipedFile {

    private static final int ZEROS_BYTES = 1 << 16;

    private WipedFile() {}

    static void replace(Path target, byte[] content) throws IOException {
        if (!Files.exists(target)) {
            AtomicFile.write(target, content);
            return;
        }
        try (FileChannel old = FileChannel.open(target, StandardOpenOption.WRITE)) {
            AtomicFile.write(target, content);
            long size = old.size();
            ByteBuffer zeros = ByteBuffer.allocate(ZEROS_BYTES);
            for (long at = 0; at < size; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZEROS_BYTES, size - at));
                old.write(zeros, at);
            }
            old.force(true);
        }
    }
}
