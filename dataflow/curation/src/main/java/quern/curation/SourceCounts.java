package quern.curation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Samples and bytes of each source, in bounded memory: a table of 128-bit hashes, and behind it, for sources that come
 * when the table is full, counters that several may share. Such a source is never said to have less than it has. One
 * owner, one thread.
 */
final class SourceCounts {

    /** A key, samples, bytes. */
    private static final int ENTRY_LONGS = 4;
    private static final int SLOTS_MIN = 1 << 6;
    private static final int SHARED = 1 << 12;

    private final int slotsMax;
    private final long[] shared = new long[SHARED * 2];
    private long[] table = new long[SLOTS_MIN * ENTRY_LONGS];
    private int sources;
    private long total;

    /** The hash of a source. */
    record Key(long high, long low) {

        static Key of(String source) {
            ByteBuffer hash = ByteBuffer.wrap(Hashes.sha256().digest(source.getBytes(StandardCharsets.UTF_8)));
            return new Key(hash.getLong(), hash.getLong());
        }
    }

    /** @param memoryBytes about what the table may take */
    SourceCounts(long memoryBytes) {
        this.slotsMax = Integer.highestOneBit(
                Math.clamp(memoryBytes / (ENTRY_LONGS * Long.BYTES), SLOTS_MIN, 1 << 26));
    }

    long samples(Key key) {
        int at = find(key);
        return at >= 0 ? table[at + 2] : shared[sharedAt(key)];
    }

    long bytes(Key key) {
        int at = find(key);
        return at >= 0 ? table[at + 3] : shared[sharedAt(key) + 1];
    }

    /** Of all sources. */
    long total() {
        return total;
    }

    /** Whether its counters are its own, or would be. */
    boolean isExact(Key key) {
        return find(key) >= 0;
    }

    void add(Key key, long bytes) {
        total++;
        int at = find(key);
        if (at >= 0 && table[at + 2] == 0) {
            table[at] = key.high;
            table[at + 1] = key.low;
            sources++;
        }
        if (at < 0) {
            shared[sharedAt(key)]++;
            shared[sharedAt(key) + 1] += bytes;
            return;
        }
        table[at + 2]++;
        table[at + 3] += bytes;
        int slots = table.length / ENTRY_LONGS;
        if (sources > slots / 4 * 3 && slots < slotsMax) {
            grow();
        }
    }

    /** Its place, or the free one it would take; -1 where the table is full and has it not. */
    private int find(Key key) {
        int slots = table.length / ENTRY_LONGS;
        int slot = (int) (key.high >>> 33) & slots - 1;
        while (table[slot * ENTRY_LONGS + 2] != 0) {
            int at = slot * ENTRY_LONGS;
            if (table[at] == key.high && table[at + 1] == key.low) {
                return at;
            }
            slot = slot + 1 & slots - 1;
        }
        return sources <= slots / 4 * 3 ? slot * ENTRY_LONGS : -1;
    }

    private static int sharedAt(Key key) {
        return (int) (key.low >>> 33 & SHARED - 1) * 2;
    }

    private void grow() {
        long[] before = table;
        table = new long[before.length * 2];
        sources = 0;
        for (int i = 0; i < before.length; i += ENTRY_LONGS) {
            if (before[i + 2] != 0) {
                int at = find(new Key(before[i], before[i + 1]));
                System.arraycopy(before, i, table, at, ENTRY_LONGS);
                sources++;
            }
        }
    }
}
