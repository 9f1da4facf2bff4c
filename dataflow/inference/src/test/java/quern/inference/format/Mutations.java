package quern.inference.format;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import quern.config.QuernException;

/** Damages bytes at random, seeded, and checks how a reader takes it. */
final class Mutations {

    private static final long ALLOCATED_BYTES_MAX = 64L << 20;
    private static final long NANOS_MAX = 1_000_000_000L;
    private static final long[] NUMBERS = {
        0, 1, -1, 8, 9, 31, 33, Integer.MAX_VALUE, 1L << 31, 0xFFFFFFFFL, 1L << 32, 1L << 40, 1L << 62,
        Long.MAX_VALUE, Long.MIN_VALUE
    };

    interface Reader {
        void read(byte[] file) throws Exception;
    }

    /** Makes one damaged copy; the same for the same random numbers. */
    interface Damage {
        byte[] damaged(Random random);
    }

    private Mutations() {}

    /** 500, or the large number of a campaign ({@code -Dquern.campaign=true}). */
    static int count() {
        return Boolean.getBoolean("quern.campaign") ? 20_000 : 500;
    }

    /**
     * Reads {@code count()} damaged copies. Each must be read, or refused by a {@link QuernException} of category
     * ERROR, within a second of processor time and with less than 64 MiB allocated.
     *
     * @param head bytes at the front in which most of the damage is done
     * @return how many were refused
     */
    static int run(byte[] file, int head, List<String> words, Reader reader) throws Exception {
        return run(file, count(), random -> damage(file, head, words, random), reader);
    }

    /** The same with damage of another kind, {@code count} times; the whole file must be readable. */
    static int run(byte[] file, int count, Damage damage, Reader reader) throws Exception {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println(count + " mutations of " + file.length + " bytes, -Dquern.seed=" + seed);
        reader.read(file);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            byte[] damaged = damage.damaged(new Random(seed + i));
            refused += isRefused(damaged, reader, "mutation " + i + " of seed " + seed) ? 1 : 0;
        }
        return refused;
    }

    /** Whether it is refused, which must be done as a good reader does. */
    static boolean isRefused(byte[] file, Reader reader, String what) throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long started = threads.getCurrentThreadCpuTime();
        boolean refused = false;
        try {
            reader.read(file);
        } catch (QuernException expected) {
            Assertions.assertEquals(QuernException.Category.ERROR, expected.category(), what);
            Assertions.assertTrue(expected.getMessage().length() > 15, what + ": " + expected.getMessage());
            refused = true;
        } catch (RuntimeException | Error broken) {
            throw new AssertionError(what + ": " + broken, broken);
        }
        long nanos = threads.getCurrentThreadCpuTime() - started;
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        Assertions.assertTrue(nanos < NANOS_MAX, what + " took " + nanos / 1_000_000 + " ms");
        Assertions.assertTrue(allocated < ALLOCATED_BYTES_MAX, what + " allocated " + allocated + " bytes");
        return refused;
    }

    static byte[] damage(byte[] file, int head, List<String> words, Random random) {
        byte[] bytes = file.clone();
        for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
            int at = random.nextInt(random.nextInt(8) == 0 ? bytes.length : Math.min(head, bytes.length));
            switch (random.nextInt(words.isEmpty() ? 4 : 6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> number(bytes, at, NUMBERS[random.nextInt(NUMBERS.length)], random.nextBoolean() ? 8 : 4);
                case 3 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
                default -> {
                    byte[] word = words.get(random.nextInt(words.size())).getBytes(
                            StandardCharsets.UTF_8);
                    System.arraycopy(word, 0, bytes, at, Math.min(word.length, bytes.length - at));
                }
            }
        }
        return bytes;
    }

    static void number(byte[] bytes, int at, long value, int count) {
        for (int i = 0; i < count && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }
}
