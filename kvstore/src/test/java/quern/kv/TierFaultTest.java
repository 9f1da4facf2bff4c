package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import quern.config.DataSize;
import quern.config.KvConfig;
import quern.kv.BlockPool.Tier;

/** Whatever happens to the files: a block is found as it was stored, or not at all, and new ones are taken. */
class TierFaultTest {

    /** Damaged directories; each gets several damages of one kind. */
    private static final int DIRECTORIES = Boolean.getBoolean("quern.campaign") ? 10_000 : 60;
    private static final int TOKENS = 4;
    private static final int BYTES = 3000;
    private static final int BLOCKS = 24;
    private static final BlockKey ROOT = new BlockKey.Root("m", "a", "l", "1", "t").key();

    @TempDir
    Path directory;

    private static BlockImage image(String layout) {
        return BlockImage.of(BYTES, TOKENS, layout, BlockSeal.PLAIN);
    }

    /** Warm and cold tier for 10 and 500 blocks. */
    private static KvConfig config() {
        return new KvConfig(TOKENS, KvConfig.ElementType.F32, new DataSize(1 << 20), new DataSize(1 << 20),
                new DataSize(2 << 20), true, true, 2000);
    }

    private static TierStack open(Path at, String layout) {
        return TierStack.open(config(), BYTES, layout, at);
    }

    private static int[] tokens(int number) {
        return new int[] {number, 1, 2, 3};
    }

    private static BlockKey key(int number) {
        return ROOT.child(tokens(number / 4), 0, TOKENS).child(tokens(number), 0, TOKENS);
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[BYTES];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private static void store(TierStack stack, int number) {
        HotBlock claimed = stack.claim().orElseThrow();
        claimed.memory().copyFrom(MemorySegment.ofArray(bytes(number)));
        stack.release(stack.seal(claimed, key(number), tokens(number)));
        stack.writeBehind(8);
    }

    /** Whether the block was found; wrong bytes fail. */
    private static boolean finds(TierStack stack, int number, String where) {
        HotBlock claimed = stack.claim().orElseThrow();
        try {
            if (!stack.load(key(number), tokens(number), claimed)) {
                return false;
            }
            assertArrayEquals(bytes(number), claimed.memory().toArray(ValueLayout.JAVA_BYTE), where);
            return true;
        } finally {
            stack.discard(claimed);
        }
    }

    private static int findAll(TierStack stack, int to, String where) {
        int found = 0;
        for (int number = 0; number < to; number++) {
            found += finds(stack, number, where + " block " + number) ? 1 : 0;
        }
        return found;
    }

    /** A directory whose tiers were closed cleanly; half of the blocks are in each. */
    private Path filled(Path at) throws IOException {
        KvConfig cold = new KvConfig(TOKENS, KvConfig.ElementType.F32, new DataSize(1 << 20), new DataSize(1 << 20),
                new DataSize(2 << 20), false, true, 2000);
        try (TierStack stack = TierStack.open(cold, BYTES, "l", at)) {
            for (int number = 0; number < BLOCKS / 2; number++) {
                store(stack, number);
            }
        }
        try (TierStack stack = open(at, "l")) {
            for (int number = BLOCKS / 2; number < BLOCKS; number++) {
                store(stack, number);
            }
            assertEquals(BLOCKS, findAll(stack, BLOCKS, "undamaged"));
            assertEquals(BLOCKS / 2, stack.stats().get(Tier.WARM).entries());
        }
        return at;
    }

    private static List<Path> files(Path at) throws IOException {
        try (Stream<Path> files = Files.walk(at)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().matches("LOG.*|LOCK|.*\\.so"))
                    .sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @FunctionalInterface
    private interface Damage {
        void to(Path file, Random random) throws IOException;
    }

    private void shouldSurvive(Damage damage, long seed) throws IOException {
        Path template = filled(directory.resolve("template"));
        Map<String, Integer> lost = new TreeMap<>();
        for (int i = 0; i < DIRECTORIES; i++) {
            Random random = new Random(seed + i);
            Path at = directory.resolve("damaged");
            copy(template, at);
            List<Path> files = files(at);
            Path file = files.get(i % files.size());
            damage.to(file, random);
            String name = file.getFileName().toString().replaceAll("[0-9]{2,}", "N");
            String where = "seed " + (seed + i) + " " + name;
            try (TierStack stack = open(at, "l")) {
                stack.openLower();
                int found = findAll(stack, BLOCKS, where);
                lost.merge(name, BLOCKS - found, Integer::sum);
                int next = 1000 + i;
                store(stack, next);
                assertTrue(finds(stack, next, where), where);
            }
            DataDirectory.removeTree(at);
        }
        assertTrue(lost.size() > 5, lost::toString);
        assertTrue(lost.values().stream().anyMatch(blocks -> blocks > 0), "damage is seen: " + lost);
    }

    @Test
    void shouldFindBlocksAsTheyWereOrNotWhenBytesOfAnyFileAreChanged() throws IOException {
        shouldSurvive((file, random) -> {
            for (int i = 0; i < 8 && Files.size(file) > 0; i++) {
                TierFiles.flip(file, (long) (random.nextDouble() * Files.size(file)));
            }
        }, 1);
    }

    @Test
    void shouldFindBlocksAsTheyWereOrNotWhenAnyFileIsCutShortOrGone() throws IOException {
        shouldSurvive((file, random) -> {
            if (random.nextInt(8) == 0) {
                Files.delete(file);
                return;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate((long) (random.nextDouble() * channel.size()));
            }
        }, 100_000);
    }

    @Test
    void shouldKeepAndCountWhatAnOlderVersionLeftUntilRoomIsNeeded() throws IOException, RocksDBException {
        Path warm = Files.createDirectories(directory.resolve("warm"));
        Files.write(warm.resolve("warm.slots"), new byte[300_000]);
        Files.write(warm.resolve("warm.index"), new byte[1000]);
        Path cold = directory.resolve("cold");
        NativeRocks.load(Files.createDirectories(cold));
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB rocks = RocksDB.open(options, cold.toString())) {
            for (int i = 0; i < 10; i++) {
                byte[] key = key(i).bytes();
                rocks.put(concat('b', key), new byte[50_000]);
                rocks.put(concat('i', key), ByteBuffer.allocate(16).putLong(i).putLong(50_000).array());
                rocks.put(concat('q', ByteBuffer.allocate(8).putLong(i).array()),
                        ByteBuffer.allocate(40).putLong(50_000).put(key).array());
            }
        }
        try (TierStack stack = open(directory, "l")) {
            stack.openLower();
            assertEquals(List.of(), stack.reports());
            assertEquals(0, findAll(stack, 10, "older"));
            store(stack, 1);
            assertEquals(301_000, stack.stats().get(Tier.WARM).foreignBytes());
            assertEquals(500_000, stack.stats().get(Tier.COLD).foreignBytes());
            for (int number = 0; number < 1200; number++) {
                store(stack, number);
            }
            assertEquals(0, stack.stats().get(Tier.WARM).foreignBytes());
            assertEquals(0, stack.stats().get(Tier.COLD).foreignBytes());
            assertTrue(findAll(stack, 1200, "after") > 500);
        }
    }

    private static byte[] concat(char tag, byte[] rest) {
        return ByteBuffer.allocate(1 + rest.length).put((byte) tag).put(rest).array();
    }

    /** Times of files may say anything; what a clock does must not cost blocks. */
    @Test
    void shouldFindBlocksOfALayoutAgainWhenAnotherWasUsedMeanwhileAndTheClockJumped() throws IOException {
        filled(directory);
        for (Instant jump : List.of(Instant.EPOCH, Instant.parse("2099-01-01T00:00:00Z"))) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.toList()) {
                    Files.setLastModifiedTime(file, FileTime.from(jump));
                }
            }
            try (TierStack stack = open(directory, "other")) {
                assertEquals(Optional.empty(), stack.pinHot(key(1), tokens(1)));
                stack.openLower();
                assertTrue(stack.stats().get(Tier.WARM).foreignBytes() > 0);
                assertEquals(0, stack.stats().get(Tier.WARM).entries());
            }
            try (TierStack stack = open(directory, "l")) {
                assertEquals(BLOCKS, findAll(stack, BLOCKS, "again"));
            }
        }
    }

    @Test
    void shouldOpenItsDoorInTimeWhateverTheClockDid() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        TierDoor door = new TierDoor("warm", directory, nanos::get);
        IOException full = new IOException("no space");
        assertEquals(List.of(false, false, true, true),
                List.of(door.failed(full), door.failed(full), door.failed(full), door.failed(full)));
        assertEquals(Optional.of("warm tier takes no blocks: no space"), door.closed());
        assertEquals(false, door.open(() -> { }));
        nanos.addAndGet(TierDoor.PROBE_NANOS);
        assertEquals(false, door.open(() -> {
            throw new IOException("still none");
        }));
        assertEquals(false, door.open(() -> { }), "tried too early");
        nanos.addAndGet(-3 * TierDoor.PROBE_NANOS);
        assertEquals(true, door.open(() -> { }), "a clock that went back is no reason to wait");
        assertEquals(Optional.empty(), door.closed());
        door.failed(full);
        door.succeeded();
        door.failed(full);
        assertEquals(false, door.failed(full), "only failures in a row close it");
    }

    @Test
    void shouldMissWhenTwoBlocksHaveOneKey() throws IOException {
        filled(directory);
        try (TierStack stack = open(directory, "l")) {
            for (int number : new int[] {1, BLOCKS - 1}) {
                Tier tier = number == 1 ? Tier.COLD : Tier.WARM;
                assertEquals(tier, stackLocate(stack, number));
                HotBlock claimed = stack.claim().orElseThrow();
                int[] others = tokens(number);
                others[3]++;
                assertEquals(false, stack.load(key(number), others, claimed));
                stack.discard(claimed);
                assertEquals(1, stack.stats().get(tier).corruptions());
                assertEquals(Tier.ABSENT, stack.locate(key(number)));
                store(stack, number);
                assertTrue(finds(stack, number, "stored again"));
            }
        }
    }

    private static Tier stackLocate(TierStack stack, int number) {
        stack.openLower();
        return stack.locate(key(number));
    }

    @Test
    void shouldKeepTheOrderOfUseWhenClosedAndOpened() throws IOException {
        KvConfig cold = new KvConfig(TOKENS, KvConfig.ElementType.F32, new DataSize(1 << 20), new DataSize(1 << 20),
                new DataSize(1 << 20), false, true, 2000);
        int room = (int) ((1 << 20) / image("l").bytes());
        try (TierStack stack = TierStack.open(cold, BYTES, "l", directory)) {
            for (int number = 0; number < room; number++) {
                store(stack, 4 * number);
            }
            for (int number = 0; number < 50; number++) {
                assertTrue(finds(stack, 4 * number, "used"));
            }
        }
        try (TierStack stack = TierStack.open(cold, BYTES, "l", directory)) {
            for (int number = room; number < room + 50; number++) {
                store(stack, 4 * number);
            }
            for (int number = 0; number < 150; number++) {
                assertEquals(number < 50 || number >= 100, finds(stack, 4 * number, "kept"), "block " + number);
            }
        }
    }
}
