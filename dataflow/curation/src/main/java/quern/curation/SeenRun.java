package quern.curation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A sorted file of keys of 128 bits with a value each: in memory a Bloom filter and every 128th key's first half. */
final class SeenRun {

    static final int ENTRY_LONGS = 3;
    private static final int ENTRY_BYTES = ENTRY_LONGS * Long.BYTES;
    private static final int BLOCK_ENTRIES = 128;
    private static final int BUFFER_BYTES = 1024 * ENTRY_BYTES;

    private final Path path;
    private final FileChannel channel;
    private final int level;
    private final long count;
    private final long[] filter;
    private final long[] fences;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_ENTRIES * ENTRY_BYTES);

    private SeenRun(Path path, FileChannel channel, int level, long count, long[] filter, long[] fences) {
        this.path = path;
        this.channel = channel;
        this.level = level;
        this.count = count;
        this.filter = filter;
        this.fences = fences;
    }

    int level() {
        return level;
    }

    long count() {
        return count;
    }

    long filterBytes() {
        return (long) filter.length * Long.BYTES;
    }

    static boolean less(long high, long low, long otherHigh, long otherLow) {
        int halves = Long.compareUnsigned(high, otherHigh);
        return halves < 0 || halves == 0 && Long.compareUnsigned(low, otherLow) < 0;
    }

    /** The value of a key, -1 where the run has not got it. */
    long find(long high, long low) {
        if (!mayHold(filter, high, low)) {
            return -1;
        }
        int from = 0;
        int to = fences.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Long.compareUnsigned(fences[middle], high) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        for (int at = Math.max(0, from - 1); at < fences.length; at++) {
            if (Long.compareUnsigned(fences[at], high) > 0) {
                break;
            }
            long value = findInBlock(at, high, low);
            if (value >= 0) {
                return value;
            }
        }
        return -1;
    }

    private long findInBlock(int at, long high, long low) {
        long first = (long) at * BLOCK_ENTRIES;
        int entries = (int) Math.min(BLOCK_ENTRIES, count - first);
        block.clear().limit(entries * ENTRY_BYTES);
        read(block, first * ENTRY_BYTES);
        for (int i = 0; i < block.limit(); i += ENTRY_BYTES) {
            if (block.getLong(i) == high && block.getLong(i + Long.BYTES) == low) {
                return block.getLong(i + 2 * Long.BYTES);
            }
        }
        return -1;
    }

    private void read(ByteBuffer into, long at) {
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, at + into.position()) < 0) {
                    throw new RunException(path + " ends before byte " + (at + into.limit()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** Closes and removes it. */
    void close() {
        try {
            channel.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    Reader reader() {
        return new Reader();
    }

    private static boolean mayHold(long[] filter, long high, long low) {
        for (int probe = 0; probe < 4; probe++) {
            long bit = bitOf(filter, high, low, probe);
            if ((filter[(int) (bit >>> 6)] >>> bit & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private static long bitOf(long[] filter, long high, long low, int probe) {
        return Math.unsignedMultiplyHigh((low + probe * high) * 0x9E3779B97F4A7C15L, (long) filter.length * Long.SIZE);
    }

    /** Goes through the run in order. */
    final class Reader {

        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
        private long read;

        boolean next() {
            if (buffer.limit() > 0) {
                buffer.position(buffer.position() + ENTRY_BYTES);
            }
            if (!buffer.hasRemaining()) {
                int entries = (int) Math.min(BUFFER_BYTES / ENTRY_BYTES, count - read);
                if (entries == 0) {
                    return false;
                }
                buffer.clear().limit(entries * ENTRY_BYTES);
                SeenRun.this.read(buffer, read * ENTRY_BYTES);
                buffer.rewind();
                read += entries;
            }
            return true;
        }

        long high() {
            return buffer.getLong(buffer.position());
        }

        long low() {
            return buffer.getLong(buffer.position() + Long.BYTES);
        }

        long value() {
            return buffer.getLong(buffer.position() + 2 * Long.BYTES);
        }

        boolean precedes(Reader other) {
            return less(high(), low(), other.high(), other.low());
        }
    }

    /** Writes a run of a known number of keys in ascending order. */
    static final class Writer {

        private final Path path;
        private final FileChannel channel;
        private final int level;
        private final long[] filter;
        private final long[] fences;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        private long written;

        Writer(Path path, int level, long count, double bitsPerKey) {
            this.path = path;
            this.level = level;
            this.filter = new long[Math.clamp((long) (count * bitsPerKey / Long.SIZE) + 1, 1, 1 << 30)];
            this.fences = new long[Math.toIntExact((count + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES)];
            try {
                channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(path.toString(), e);
            }
        }

        void add(long high, long low, long value) {
            if (written % BLOCK_ENTRIES == 0) {
                fences[(int) (written / BLOCK_ENTRIES)] = high;
            }
            written++;
            for (int probe = 0; probe < 4; probe++) {
                long bit = bitOf(filter, high, low, probe);
                filter[(int) (bit >>> 6)] |= 1L << bit;
            }
            buffer.putLong(high).putLong(low).putLong(value);
            if (!buffer.hasRemaining()) {
                drain();
            }
        }

        SeenRun finish() {
            drain();
            return new SeenRun(path, channel, level, written, filter, fences);
        }

        private void drain() {
            try {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            } catch (IOException e) {
                throw new UncheckedIOException(path.toString(), e);
            }
        }
    }
}
