package quern.curation.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.DoublePredicate;
import java.util.function.LongConsumer;

/**
 * The numbers of one stat, in a file. Percentiles are exact, found by counting the values' leading bits in four passes
 * over the file, so memory does not grow with the samples.
 */
final class NumberColumn implements AutoCloseable {

    private static final int LEVELS = 4;
    private static final int LEVEL_BITS = 16;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long count;
    private double sum;
    /** What additions to the sum have lost (Neumaier 1974). */
    private double lost;
    private boolean whole = true;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    NumberColumn(Path path) {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** @param value finite */
    void add(double value) {
        if (buffer.remaining() < Long.BYTES) {
            flush();
        }
        buffer.putLong(ordered(value));
        count++;
        min = Math.min(min, value);
        max = Math.max(max, value);
        whole = whole && value == Math.rint(value);
        double next = sum + value;
        lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
        sum = next;
    }

    long count() {
        return count;
    }

    double mean() {
        return (sum + lost) / count;
    }

    double min() {
        return min;
    }

    double max() {
        return max;
    }

    /** Whether all values are whole numbers. */
    boolean isWhole() {
        return whole;
    }

    /** Standard deviation as pandas has it, NaN below two values. */
    double deviation() {
        double mean = mean();
        double[] squares = new double[1];
        scan(key -> squares[0] += (value(key) - mean) * (value(key) - mean));
        return count < 2 ? Double.NaN : Math.sqrt(squares[0] / (count - 1));
    }

    /** As NumPy's method {@code linear}: between the two values nearest to the rank. */
    double quantile(double share) {
        double rank = (count - 1) * share;
        long low = (long) Math.floor(rank);
        double within = rank - low;
        double first = select(low);
        if (within == 0) {
            return first;
        }
        double second = select(low + 1);
        return within >= 0.5 ? second - (second - first) * (1 - within) : first + (second - first) * within;
    }

    /** How many values are so. */
    long count(DoublePredicate wanted) {
        long[] found = new long[1];
        scan(key -> found[0] += wanted.test(value(key)) ? 1 : 0);
        return found[0];
    }

    /** The value of a rank, from 0. */
    private double select(long rank) {
        long prefix = 0;
        long left = rank;
        for (int level = 0; level < LEVELS; level++) {
            long[] counts = new long[1 << LEVEL_BITS];
            int shift = Long.SIZE - LEVEL_BITS * (level + 1);
            long wanted = prefix;
            int above = shift + LEVEL_BITS;
            scan(key -> {
                long unsigned = key ^ Long.MIN_VALUE;
                if (above == Long.SIZE || unsigned >>> above == wanted) {
                    counts[(int) (unsigned >>> shift) & (1 << LEVEL_BITS) - 1]++;
                }
            });
            int digit = 0;
            while (left >= counts[digit]) {
                left -= counts[digit++];
            }
            prefix = prefix << LEVEL_BITS | digit;
        }
        return value(prefix ^ Long.MIN_VALUE);
    }

    private void scan(LongConsumer reader) {
        flush();
        try {
            channel.position(0);
            long left = count;
            while (left > 0) {
                buffer.clear();
                buffer.limit((int) Math.min(buffer.capacity(), left * Long.BYTES));
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                    continue;
                }
                buffer.flip();
                left -= buffer.remaining() / Long.BYTES;
                while (buffer.remaining() >= Long.BYTES) {
                    reader.accept(buffer.getLong());
                }
            }
            channel.position(count * Long.BYTES);
            buffer.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    private void flush() {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
        buffer.clear();
    }

    /** Whole numbers in the order of the values; both zeros are one. */
    private static long ordered(double value) {
        long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
        return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }

    private static double value(long ordered) {
        return Double.longBitsToDouble(ordered < 0 ? ordered ^ Long.MAX_VALUE : ordered);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
