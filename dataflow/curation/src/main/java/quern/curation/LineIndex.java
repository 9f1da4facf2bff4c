package quern.curation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Where each line of a file begins. */
final class LineIndex {

    private LineIndex() {}

    /** One offset per line, and the end of the last one. */
    static long[] of(Path path) throws IOException {
        long[] offsets = new long[1024];
        int count = 1;
        long at = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(path)) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n') {
                        if (count == offsets.length) {
                            offsets = Arrays.copyOf(offsets, count * 2);
                        }
                        offsets[count++] = at + i + 1;
                    }
                }
                at += n;
            }
        }
        return Arrays.copyOf(offsets, count);
    }
}
