package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.KvConfig;
import quern.config.QuernException;

class TierStackTest {

    @TempDir
    Path directory;

    private TierStack open(KvConfig config) {
        TierStack stack = TierStack.open(config, Blocks.BYTES, Blocks.LAYOUT, directory);
        stack.openLower();
        assertEquals(List.of(), stack.reports());
        return stack;
    }

    private static void assertLoads(TierStack stack, int number) {
        assertArrayEquals(Blocks.bytes(number), Blocks.load(stack, number).orElseThrow(), "block " + number);
    }

    private static TierStats stats(TierStack stack, BlockPool.Tier tier) {
        return stack.stats().get(tier);
    }

    @Test
    void shouldKeepEverythingInMemoryWhenThereAreNoLowerTiers() {
        try (TierStack stack = TierStack.inMemory(Blocks.config(2, 0, 0), Blocks.BYTES)) {
            Blocks.store(stack, 1);
            assertEquals(0, stack.writeBehind(9));
            assertEquals(BlockPool.Tier.HOT, stack.locate(Blocks.key(1)));
            assertEquals(BlockPool.Tier.ABSENT, stack.locate(Blocks.key(2)));
            assertEquals(Optional.empty(), Blocks.load(stack, 1));
            assertEquals(2, stack.availableBlocks());
        }
    }

    @Test
    void shouldNotTouchADiskWhenABlockIsToStayInMemory() throws IOException {
        try (TierStack stack = open(Blocks.config(2, Blocks.slotsBytes(4), Blocks.coldBytes(4)))) {
            HotBlock claimed = stack.claim().orElseThrow();
            claimed.memory().copyFrom(MemorySegment.ofArray(Blocks.bytes(1)));
            stack.release(stack.seal(claimed, Blocks.key(1), Blocks.tokens(1), BlockPool.Keeping.MEMORY));
            assertEquals(0, stack.pendingBlocks());
            assertEquals(0, stack.writeBehind(9));
            assertEquals(BlockPool.Tier.HOT, stack.locate(Blocks.key(1)));
            Blocks.store(stack, 2);
            Blocks.store(stack, 3);
            assertEquals(BlockPool.Tier.ABSENT, stack.locate(Blocks.key(1)));
            assertEquals(0, stats(stack, BlockPool.Tier.HOT).skipped());
            assertEquals(2, stack.writeBehind(9));
        }
        byte[] canary = Arrays.copyOf(Blocks.bytes(1), 32);
        byte[] stored = Arrays.copyOf(Blocks.bytes(2), 32);
        try (Stream<Path> files = Files.walk(directory)) {
            boolean found = false;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(holds(file, canary), file::toString);
                found |= holds(file, stored);
            }
            assertTrue(found, "the search finds what is there");
        }
    }

    private static boolean holds(Path file, byte[] wanted) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return all.contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    @Test
    void shouldRefuseWhenTheArenaHoldsNoBlock() {
        KvConfig config = Blocks.config(1, 0, 0);
        assertThrows(QuernException.class, () -> TierStack.inMemory(config, 1L + (1 << 20)));
    }

    @Test
    void shouldHandBlocksDownAndCountThemWhenTiersAreFull() {
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(4), Blocks.coldBytes(5)))) {
            for (int i = 0; i < 12; i++) {
                Blocks.store(stack, i);
                assertEquals(1, stack.writeBehind(8));
            }
            TierStats warm = stats(stack, BlockPool.Tier.WARM);
            TierStats cold = stats(stack, BlockPool.Tier.COLD);
            assertEquals(4, warm.entries());
            assertEquals(8, warm.evictions());
            assertEquals(5, cold.entries());
            assertEquals(3, cold.evictions());
            assertTrue(cold.bytes() <= cold.capacityBytes() && warm.bytes() <= warm.capacityBytes());
            for (int i = 0; i < 12; i++) {
                assertEquals(i >= 3, Blocks.load(stack, i).isPresent(), "block " + i);
            }
            assertLoads(stack, 3);
            assertLoads(stack, 11);
            assertEquals(0, stats(stack, BlockPool.Tier.WARM).corruptions());
        }
    }

    @Test
    void shouldLoadEqualBytesFromBothTiersWhenReopened() {
        KvConfig config = Blocks.config(3, Blocks.slotsBytes(4), Blocks.coldBytes(50));
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 10; i++) {
                Blocks.store(stack, i);
                if (i % 3 == 2) {
                    stack.writeBehind(8);
                }
            }
        }
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 10; i++) {
                assertEquals(i < 6 ? BlockPool.Tier.COLD : BlockPool.Tier.WARM, stack.locate(Blocks.key(i)));
                assertLoads(stack, i);
            }
            HotBlock claimed = stack.claim().orElseThrow();
            assertTrue(stack.load(Blocks.key(9), Blocks.tokens(9), claimed));
            stack.release(stack.seal(claimed, Blocks.key(9), Blocks.tokens(9)));
            assertEquals(0, stack.pendingBlocks());
        }
        String other = Blocks.LAYOUT + "2";
        try (TierStack stack = TierStack.open(config, Blocks.BYTES, other, directory)) {
            stack.openLower();
            for (int i = 0; i < 10; i++) {
                assertEquals(Optional.empty(), Blocks.load(stack, i));
            }
        }
    }

    @Test
    void shouldSkipAndCountWhenTheQueueIsFullOrABlockWasEvictedFirst() {
        try (TierStack stack = open(Blocks.config(80, Blocks.slotsBytes(100), 0))) {
            for (int i = 0; i < 70; i++) {
                Blocks.store(stack, i);
            }
            assertEquals(64, stack.pendingBlocks());
            assertEquals(6, stats(stack, BlockPool.Tier.HOT).skipped());
            for (int i = 100; i < 120; i++) {
                Blocks.store(stack, i);
            }
            assertEquals(64, stack.writeBehind(1000));
            assertEquals(6 + 10 + 10, stats(stack, BlockPool.Tier.HOT).skipped());
            assertEquals(64, stats(stack, BlockPool.Tier.WARM).entries());
        }
    }

    @Test
    void shouldMissAndDropWhenTheKeyIsOfOtherTokens() {
        for (KvConfig config : List.of(
                Blocks.config(3, Blocks.slotsBytes(4), 0), Blocks.config(3, 0, Blocks.coldBytes(5)))) {
            try (TierStack stack = open(config)) {
                Blocks.store(stack, 1);
                stack.writeBehind(1);
                HotBlock claimed = stack.claim().orElseThrow();
                assertFalse(stack.load(Blocks.key(1), Blocks.tokens(2), claimed));
                assertEquals(Optional.empty(), stack.pinHot(Blocks.key(1), Blocks.tokens(2)));
                stack.discard(claimed);
                BlockPool.Tier tier = config.warmEnabled() ? BlockPool.Tier.WARM : BlockPool.Tier.COLD;
                assertEquals(1, stats(stack, tier).corruptions());
                assertEquals(0, stats(stack, tier).entries());
            }
        }
    }

    @Test
    void shouldMissAndDropWhenTheTokensBeforeWereOthers() {
        for (KvConfig config : List.of(
                Blocks.config(3, Blocks.slotsBytes(4), 0), Blocks.config(3, 0, Blocks.coldBytes(5)))) {
            try (TierStack stack = open(config)) {
                Blocks.store(stack, 1);
                stack.writeBehind(1);
                HotBlock claimed = stack.claim().orElseThrow();
                assertFalse(stack.load(Blocks.otherRun(Blocks.key(1)), Blocks.tokens(1), claimed));
                stack.discard(claimed);
                BlockPool.Tier tier = config.warmEnabled() ? BlockPool.Tier.WARM : BlockPool.Tier.COLD;
                assertEquals(1, stats(stack, tier).corruptions());
            }
        }
    }

    /** Any byte of a warm slot: header, tokens, state word or block. */
    @Test
    void shouldMissAndDropWhenAByteOfAWarmSlotChanged() throws IOException {
        KvConfig config = Blocks.config(20, Blocks.slotsBytes(20), 0);
        Random random = new Random(11);
        BlockImage image = BlockImage.of(Blocks.BYTES, Blocks.TOKENS, Blocks.LAYOUT, BlockSeal.PLAIN);
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 20; i++) {
                Blocks.store(stack, i);
            }
            assertEquals(20, stack.writeBehind(100));
            for (int i = 0; i < 20; i++) {
                int at = i < 10 ? i * image.headerBytes() / 10 : random.nextInt((int) image.bytes());
                TierFiles.flip(TierFiles.warm(directory, "warm.slots"), 4096 + Blocks.slotsBytes(1) * i + at);
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(Optional.empty(), Blocks.load(stack, i), "block " + i);
                assertEquals(i + 1, stats(stack, BlockPool.Tier.WARM).corruptions());
            }
            assertEquals(0, stats(stack, BlockPool.Tier.WARM).entries());
        }
    }

    @Test
    void shouldMissAndDropWhenBytesOfTheColdFilesChanged() throws IOException {
        KvConfig config = Blocks.config(20, 0, Blocks.coldBytes(40));
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 20; i++) {
                Blocks.store(stack, i);
            }
        }
        Path blob = only(directory.resolve("cold"), ".blob");
        long step = Files.size(blob) / 7;
        for (long at = step / 2; at < Files.size(blob); at += step) {
            TierFiles.flip(blob, at);
        }
        try (TierStack stack = open(config)) {
            int missed = 0;
            for (int i = 0; i < 20; i++) {
                Optional<byte[]> bytes = Blocks.load(stack, i);
                if (bytes.isPresent()) {
                    assertArrayEquals(Blocks.bytes(i), bytes.get());
                } else {
                    missed++;
                    assertEquals(BlockPool.Tier.ABSENT, stack.locate(Blocks.key(i)));
                }
            }
            assertEquals(7, missed);
            TierStats cold = stats(stack, BlockPool.Tier.COLD);
            assertEquals(7, cold.corruptions());
            assertEquals(13, cold.entries());
        }
    }

    @Test
    void shouldStartEmptyAndSayWhyWhenTheDatabaseOrTheIndexIsDamaged() throws IOException {
        KvConfig config = Blocks.config(9, Blocks.slotsBytes(3), Blocks.coldBytes(40));
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 9; i++) {
                Blocks.store(stack, i);
            }
        }
        Path manifest = only(directory.resolve("cold"), "MANIFEST-*");
        for (long at = 0; at < Files.size(manifest); at += 5) {
            TierFiles.flip(manifest, at);
        }
        TierFiles.flip(TierFiles.warm(directory, "warm.index"),
                Files.size(TierFiles.warm(directory, "warm.index")) / 2);
        try (TierStack stack = TierStack.open(config, Blocks.BYTES, Blocks.LAYOUT, directory)) {
            stack.openLower();
            assertEquals(1, stack.reports().size(), stack.reports()::toString);
            assertTrue(stack.reports().getFirst().startsWith("cold tier"), stack.reports()::toString);
            assertEquals(3, stats(stack, BlockPool.Tier.WARM).entries());
            assertLoads(stack, 8);
            assertEquals(Optional.empty(), Blocks.load(stack, 0));
            Blocks.store(stack, 0);
            assertEquals(1, stack.writeBehind(1));
        }
    }

    @Test
    void shouldLeaveATierOutAndSayWhyWhenItsCapacityHoldsNoBlock() {
        try (TierStack stack = TierStack.open(Blocks.config(9, 1, 1), 1 << 20, Blocks.LAYOUT, directory)) {
            stack.release(stack.seal(stack.claim().orElseThrow(), Blocks.key(1), Blocks.tokens(1)));
            assertEquals(0, stack.writeBehind(1));
            assertEquals(BlockPool.Tier.HOT, stack.locate(Blocks.key(1)));
            assertEquals(2, stack.reports().size());
            assertEquals(1, stack.stats().size());
        }
    }

    @Test
    void shouldReturnDiskSpaceWhenTheColdTierTurnsOver() throws IOException {
        long capacityBytes = 8L << 20;
        KvConfig config = Blocks.config(3, 0, capacityBytes);
        try (TierStack stack = open(config)) {
            for (int i = 0; i < 300; i++) {
                Blocks.store(stack, i);
                stack.writeBehind(1);
            }
            assertTrue(stats(stack, BlockPool.Tier.COLD).bytes() <= capacityBytes);
            assertLoads(stack, 290);
        }
        long diskBytes = 0;
        try (Stream<Path> files = Files.list(directory.resolve("cold"))) {
            for (Path file : files.toList()) {
                diskBytes += Files.size(file);
            }
        }
        assertTrue(diskBytes < 5 * capacityBytes, diskBytes + " bytes on disk for " + capacityBytes);
    }

    /** Random stores, loads, writes and reopenings: a load is a miss or equal, a located block loads. */
    @Test
    void shouldNeverReturnAWrongBlockWhenUsedAtRandom() {
        KvConfig config = Blocks.config(4, Blocks.slotsBytes(5), Blocks.coldBytes(6));
        for (int seed = 1; seed <= 2; seed++) {
            Random random = new Random(seed);
            for (int round = 0; round < 2; round++) {
                try (TierStack stack = open(config)) {
                    for (int step = 0; step < 200; step++) {
                        step(stack, random, "seed " + seed + " round " + round + " step " + step);
                    }
                }
            }
        }
    }

    private static void step(TierStack stack, Random random, String where) {
        int number = random.nextInt(30);
        switch (random.nextInt(3)) {
            case 0 -> Blocks.store(stack, number);
            case 1 -> stack.writeBehind(random.nextInt(4));
            default -> {
                BlockPool.Tier tier = stack.locate(Blocks.key(number));
                Optional<byte[]> bytes = Blocks.load(stack, number);
                bytes.ifPresent(found -> assertArrayEquals(Blocks.bytes(number), found, where));
                assertTrue(bytes.isPresent() || tier == BlockPool.Tier.HOT || tier == BlockPool.Tier.ABSENT, where);
            }
        }
        assertEquals(4, stack.availableBlocks(), where);
        for (BlockPool.Tier tier : List.of(BlockPool.Tier.WARM, BlockPool.Tier.COLD)) {
            assertTrue(stats(stack, tier).bytes() <= stats(stack, tier).capacityBytes(), where);
            assertEquals(0, stats(stack, tier).corruptions(), where);
        }
    }

    private static Path only(Path directory, String suffix) throws IOException {
        String glob = suffix.startsWith(".") ? "*" + suffix : suffix;
        try (var found = Files.newDirectoryStream(directory, glob)) {
            return found.iterator().next();
        }
    }

    @Test
    void shouldNotTearWhenASlotIsRefilledWhileItIsCopied() throws InterruptedException {
        try (TierStack stack = open(Blocks.config(2, Blocks.slotsBytes(300), 0))) {
            AtomicBoolean stopped = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!stopped.get()) {
                    stack.writeBehind(1);
                }
            });
            for (int i = 0; i < 300; i++) {
                Blocks.store(stack, i);
            }
            stopped.set(true);
            writer.join();
            stack.writeBehind(9);
            int found = 0;
            HotBlock claimed = stack.claim().orElseThrow();
            for (int i = 0; i < 300; i++) {
                if (stack.load(Blocks.key(i), Blocks.tokens(i), claimed)) {
                    found++;
                    assertEquals(-1, MemorySegment.ofArray(Blocks.bytes(i)).mismatch(claimed.memory()), "block " + i);
                }
            }
            stack.discard(claimed);
            assertTrue(found > 0);
            assertEquals(0, stats(stack, BlockPool.Tier.WARM).corruptions());
        }
    }
}
