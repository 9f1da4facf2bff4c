package quern.curation.dedup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.ClusterDeduplicator;
import quern.curation.ClusterDeduplicator.Admission;
import quern.curation.Scratch;
import quern.curation.Signatures;

/** The same clusters, whatever the memory: against straightforward definitions. */
class OutOfCoreTest {

    private static final int TINY = 16 << 10;

    @TempDir
    Path directory;

    @Test
    void shouldSortAsTheDefinitionWhenPairsDoNotFit() throws IOException {
        Random random = new Random(1);
        record Pair(long key, int sample) {}

        for (int count : new int[] {0, 1, 255, 257, 5000, 60_000}) {
            List<Pair> expected = new ArrayList<>();
            List<Pair> found = new ArrayList<>();
            try (PairSorter sorter = new PairSorter(new Scratch(directory, "sort-", TINY), 0)) {
                for (int i = 0; i < count; i++) {
                    long key = switch (random.nextInt(3)) {
                        case 0 -> random.nextLong();
                        case 1 -> -1;
                        default -> random.nextInt(9);
                    };
                    expected.add(new Pair(key, i));
                    sorter.add(key, i);
                }
                assertEquals(count > 2000, sorter.isSpilled());
                try (Pairs sorted = sorter.sorted()) {
                    while (sorted.next()) {
                        found.add(new Pair(sorted.key(), sorted.sample()));
                    }
                }
            }
            expected.sort((a, b) -> a.key == b.key ? Integer.compare(a.sample, b.sample)
                    : Long.compareUnsigned(a.key, b.key));
            assertEquals(expected, found, count + " pairs");
        }
        assertNothingLeft();
    }

    @Test
    void shouldJoinTheSameComponentsInMemoryAndOnDisk() throws IOException {
        Random random = new Random(2);
        for (int count : new int[] {1, 2, 50, 5000, 30_000}) {
            Components inMemory = new JoinedSets(count);
            try (Components onDisk = new StarComponents(count, new Scratch(directory, "stars-", TINY))) {
                for (int i = 0; i < count * 7 / 10; i++) {
                    int a = random.nextInt(count);
                    int b = i % 3 == 0 ? Math.max(0, a - 1) : i % 50 == 0 ? 0 : random.nextInt(count);
                    if (a != b) {
                        inMemory.link(a, b);
                        onDisk.link(a, b);
                    }
                }
                assertArrayEquals(firsts(inMemory, count), firsts(onDisk, count), count + " samples");
            }
        }
        StarComponents path = new StarComponents(4000, new Scratch(directory, "path-", TINY));
        for (int i = 3999; i > 0; i--) {
            path.link(i, i - 1);
        }
        assertArrayEquals(new int[4000], firsts(path, 4000));
        path.close();
        StarComponents twoStars = new StarComponents(8, new Scratch(directory, "two-", TINY));
        for (int[] link : new int[][] {{1, 5}, {1, 6}, {2, 6}, {2, 7}}) {
            twoStars.link(link[0], link[1]);
        }
        assertArrayEquals(new int[] {0, 1, 1, 3, 4, 1, 1, 1}, firsts(twoStars, 8));
        twoStars.close();
        assertNothingLeft();
    }

    @Test
    void shouldLinkAllPairsWithinTheDistanceAndNoOthers() throws IOException {
        Random random = new Random(3);
        for (int[] shape : new int[][] {{6, 4}, {4, 3}, {10, 8}, {1, 0}, {2, 1}, {7, 1}, {16, 2}}) {
            var simHash = new SimHashDeduplicator("text", List.of(), shingles(), shape[0], shape[1], Admission.KEEP);
            long[] values = new long[1500];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 4 == 0 ? random.nextLong() : values[random.nextInt(i)];
                for (int flips = random.nextInt(2 * shape[1] + 3); flips > 0; flips--) {
                    values[i] ^= 1L << random.nextInt(64);
                }
                // One neighbourhood of all, larger than the least memory.
                values[i] &= shape[0] == 2 ? -1L << 32 : -1L;
            }
            Components expected = new JoinedSets(values.length);
            for (int i = 0; i < values.length; i++) {
                for (int j = 0; j < i; j++) {
                    if (i % 100 != 7 && j % 100 != 7 && Long.bitCount(values[i] ^ values[j]) <= shape[1]) {
                        expected.link(i, j);
                    }
                }
            }
            int[] brute = firsts(expected, values.length);
            assertArrayEquals(brute, clusters(simHash, new long[][] {values}, 64 << 20), Arrays.toString(shape));
            assertArrayEquals(brute, clusters(simHash, new long[][] {values}, 2048), Arrays.toString(shape));
        }
        assertNothingLeft();
    }

    @Test
    void shouldLinkSamplesThatAgreeInAnyBand() throws IOException {
        Random random = new Random(4);
        Bands bands = new Bands(9, 2);
        var minHash = new MinHashDeduplicator("text", List.of(), shingles(), bands, Admission.KEEP);
        long[][] values = new long[9][20_000];
        Components expected = new JoinedSets(20_000);
        for (long[] band : values) {
            for (int i = 0; i < band.length; i++) {
                band[i] = random.nextInt(20) == 0 ? band[random.nextInt(i + 1)] : random.nextLong();
            }
            java.util.Map<Long, Integer> first = new java.util.HashMap<>();
            for (int i = 0; i < band.length; i++) {
                Integer known = i % 100 == 7 ? null : first.putIfAbsent(band[i], i);
                if (known != null) {
                    expected.link(known, i);
                }
            }
        }
        int[] straight = firsts(expected, 20_000);
        assertTrue(Arrays.stream(straight).distinct().count() < 19_000);
        for (long memoryBytes : new long[] {1 << 30, 2 << 20, 600 << 10, TINY, 1}) {
            assertArrayEquals(straight, clusters(minHash, values, memoryBytes), memoryBytes + " bytes");
        }
        assertNothingLeft();
    }

    private static Shingles shingles() {
        return new Shingles(Shingles.Tokens.SPACE, 1, true, Pattern.compile("x"));
    }

    private int[] clusters(ClusterDeduplicator deduplicator, long[][] values, long memoryBytes) {
        int[] found = new int[values[0].length];
        int[] next = new int[1];
        deduplicator.cluster(new Given(values), new Scratch(directory, "stage-", memoryBytes),
                first -> found[next[0]++] = first);
        assertEquals(found.length, next[0]);
        return found;
    }

    private static int[] firsts(Components components, int count) {
        int[] all = new int[count];
        int[] next = new int[1];
        components.firsts(first -> all[next[0]++] = first);
        assertEquals(count, next[0]);
        return all;
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.sorted(Comparator.naturalOrder()).toList());
        }
    }

    /** Signatures from memory; every hundredth sample takes no part. */
    private record Given(long[][] values) implements Signatures {

        @Override
        public int count() {
            return values[0].length;
        }

        @Override
        public Pass pass() {
            return new Pass() {
                private int at = -1;

                @Override
                public boolean next() {
                    return ++at < count();
                }

                @Override
                public boolean isPresent() {
                    return at % 100 != 7;
                }

                @Override
                public long longAt(int byteAt) {
                    return values[byteAt / Long.BYTES][at];
                }

                @Override
                public void close() {}
            };
        }
    }
}
