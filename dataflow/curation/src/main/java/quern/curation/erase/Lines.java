package quern.curation.erase;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The lines of a file, packed or not, as the bytes they are; a file that is not there has none. */
final class Lines implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 18;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int filled;

    Lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            in = InputStream.nullInputStream();
        } else {
            InputStream plain = Files.newInputStream(file);
            in = file.getFileName().toString().endsWith(".zst") ? new ZstdInputStream(plain) : plain;
        }
    }

    /** How many there are. */
    static long count(Path file) throws IOException {
        long count = 0;
        try (Lines lines = new Lines(file)) {
            while (lines.next() != null) {
                count++;
            }
        }
        return count;
    }

    /** The next line with its end; null behind the last one. */
    byte[] next() throws IOException {
        ByteArrayOutputStream begun = null;
        while (true) {
            for (int i = from; i < filled; i++) {
                if (buffer[i] == '\n') {
                    byte[] line = piece(begun, i + 1);
                    from = i + 1;
                    return line;
                }
            }
            if (filled > from) {
                begun = begun == null ? new ByteArrayOutputStream() : begun;
                begun.write(buffer, from, filled - from);
            }
            from = 0;
            filled = Math.max(0, in.read(buffer));
            if (filled == 0) {
                return begun == null ? null : begun.toByteArray();
            }
        }
    }

    private byte[] piece(ByteArrayOutputStream before, int to) {
        if (before == null) {
            return Arrays.copyOfRange(buffer, from, to);
        }
        before.write(buffer, from, to - from);
        return before.toByteArray();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
