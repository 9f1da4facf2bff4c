package quern.actors.erase;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Looks for many byte strings at once in one pass (Karp and Rabin, "Efficient randomized pattern-matching algorithms",
 * 1987): the last {@value #WINDOW} bytes of each are hashed, what agrees is compared. Immutable once filled.
 */
final class ByteSearch {

    /** Bytes a string has to have. */
    static final int WINDOW = 12;

    private static final long FACTOR = 0x5851F42D4C957F2DL;
    private static final int FILTER_BITS = 20;
    private static final int CHUNK_BYTES = 1 << 20;

    private final Map<Long, List<Pattern>> byHash = new HashMap<>();
    private final BitSet filter = new BitSet(1 << FILTER_BITS);
    private final long leaving;
    private int longest = WINDOW;

    private record Pattern(byte[] bytes, int name) {}

    ByteSearch() {
        long power = 1;
        for (int i = 0; i < WINDOW; i++) {
            power *= FACTOR;
        }
        leaving = power;
    }

    /** @param name told when it is found; many strings may have one */
    void add(byte[] bytes, int name) {
        if (bytes.length < WINDOW) {
            throw new IllegalArgumentException(bytes.length + " bytes, expected at least " + WINDOW);
        }
        long hash = 0;
        for (int i = bytes.length - WINDOW; i < bytes.length; i++) {
            hash = hash * FACTOR + bytes[i];
        }
        byHash.computeIfAbsent(hash, _ -> new ArrayList<>()).add(new Pattern(bytes, name));
        filter.set((int) (hash >>> (Long.SIZE - FILTER_BITS)));
        longest = Math.max(longest, bytes.length);
    }

    /** Reads to the end and tells the name of each occurrence. @return bytes read */
    long search(InputStream in, IntConsumer found) throws IOException {
        byte[] buffer = new byte[longest + CHUNK_BYTES];
        int kept = 0;
        long total = 0;
        long hash = 0;
        int read = in.readNBytes(buffer, kept, CHUNK_BYTES);
        while (read > 0) {
            int end = kept + read;
            for (int at = kept; at < end; at++) {
                hash = hash * FACTOR + buffer[at];
                if (total + at - kept >= WINDOW) {
                    hash -= leaving * buffer[at - WINDOW];
                }
                if (filter.get((int) (hash >>> (Long.SIZE - FILTER_BITS)))) {
                    compare(buffer, at + 1, hash, found);
                }
            }
            total += read;
            int keep = Math.min(longest, end);
            System.arraycopy(buffer, end - keep, buffer, 0, keep);
            kept = keep;
            read = in.readNBytes(buffer, kept, CHUNK_BYTES);
        }
        return total;
    }

    private void compare(byte[] buffer, int end, long hash, IntConsumer found) {
        for (Pattern pattern : byHash.getOrDefault(hash, List.of())) {
            int from = end - pattern.bytes().length;
            if (from >= 0 && Arrays.equals(buffer, from, end, pattern.bytes(), 0, pattern.bytes().length)) {
                found.accept(pattern.name());
            }
        }
    }
}
