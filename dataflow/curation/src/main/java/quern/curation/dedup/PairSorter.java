package quern.curation.dedup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quern.curation.Scratch;

/**
 * Sorts pairs of a 64-bit key, unsigned, and a sample: in memory as long as they fit, else in sorted runs on disk that
 * are merged while they are read. One owner, one thread.
 */
final class PairSorter implements AutoCloseable {

    /** Bytes a pair takes in memory and on disk. */
    static final int PAIR_BYTES = Long.BYTES + Integer.BYTES;
    private static final int PAIRS_MIN = 1 << 8;
    private static final int RUNS_MERGED_MAX = 256;
    private static final int RUNS_MERGED_MIN = 4;

    private final Scratch scratch;
    private final int pairsMax;
    private final int runsMergedMax;
    private final int bufferPairs;
    private final List<Path> runs = new ArrayList<>();
    private long[] keys;
    private int[] samples;
    private int count;
    private int runsMade;

    /** @param expected pairs that will come; only a first guess */
    PairSorter(Scratch scratch, long expected) {
        this.scratch = scratch;
        pairsMax = Math.clamp(scratch.memoryBytes() / PAIR_BYTES, PAIRS_MIN, Integer.MAX_VALUE - 8);
        runsMergedMax = Math.clamp(scratch.memoryBytes() / (PAIR_BYTES * 4096L), RUNS_MERGED_MIN,
                RUNS_MERGED_MAX);
        bufferPairs = Math.clamp(pairsMax / (runsMergedMax + 1L), 32, 1 << 14);
        int first = Math.clamp(expected, PAIRS_MIN, pairsMax);
        keys = new long[first];
        samples = new int[first];
    }

    void add(long key, int sample) {
        if (count == keys.length) {
            if (count == pairsMax) {
                spill();
            } else {
                int more = (int) Math.min(pairsMax, count * 2L);
                keys = Arrays.copyOf(keys, more);
                samples = Arrays.copyOf(samples, more);
            }
        }
        keys[count] = key;
        samples[count++] = sample;
    }

    /** Whether some pairs were written to disk. */
    boolean isSpilled() {
        return !runs.isEmpty();
    }

    /** All pairs in order; nothing can be added afterwards. */
    Pairs sorted() {
        if (runs.isEmpty()) {
            PairRadix.sort(keys, samples, count);
            return new InMemory();
        }
        spill();
        keys = null;
        samples = null;
        while (runs.size() > runsMergedMax) {
            List<Path> some = List.copyOf(runs.subList(0, runsMergedMax));
            Path merged = newRun();
            try (Pairs pairs = new MergedPairs(some, bufferPairs);
                    PairFile.Writer writer = new PairFile.Writer(merged, bufferPairs)) {
                while (pairs.next()) {
                    writer.add(pairs.key(), pairs.sample());
                }
            }
            some.forEach(PairSorter::delete);
            runs.subList(0, runsMergedMax).clear();
            runs.add(merged);
        }
        return new MergedPairs(runs, bufferPairs);
    }

    /** Removes its files. */
    @Override
    public void close() {
        keys = null;
        samples = null;
        runs.forEach(PairSorter::delete);
        runs.clear();
    }

    private void spill() {
        PairRadix.sort(keys, samples, count);
        Path run = newRun();
        try (PairFile.Writer writer = new PairFile.Writer(run, bufferPairs)) {
            for (int i = 0; i < count; i++) {
                writer.add(keys[i], samples[i]);
            }
        }
        runs.add(run);
        count = 0;
    }

    private Path newRun() {
        return scratch.file("run-" + runsMade++);
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private final class InMemory implements Pairs {

        private int at = -1;

        @Override
        public boolean next() {
            return ++at < count;
        }

        @Override
        public long key() {
            return keys[at];
        }

        @Override
        public int sample() {
            return samples[at];
        }

        @Override
        public void close() {
            at = count;
        }
    }
}
