package quern.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.KvConfig;
import quern.kv.BlockPool.Tier;

class PurgeTest {

    private static final BlockKey ROOT = new BlockKey.Root("m", "a", Blocks.LAYOUT, "1", "t").key();

    @TempDir
    Path directory;

    private TierStack open(KvConfig config) {
        TierStack stack = TierStack.open(config, Blocks.BYTES, Blocks.LAYOUT, directory);
        stack.openLower();
        assertEquals(List.of(), stack.reports());
        return stack;
    }

    /** Chain {@code number}: blocks of tokens {@code 100 * number + index}. */
    private static BlockKey key(int number, int index) {
        BlockKey key = ROOT;
        for (int i = 0; i <= index; i++) {
            key = key.child(Blocks.tokens(100 * number + i), 0, Blocks.TOKENS);
        }
        return key;
    }

    private static void store(TierStack stack, int number, int index) {
        HotBlock claimed = stack.claim().orElseThrow();
        claimed.memory().copyFrom(MemorySegment.ofArray(Blocks.bytes(100 * number + index)));
        stack.release(stack.seal(claimed, key(number, index), Blocks.tokens(100 * number + index)));
    }

    private static Optional<byte[]> load(TierStack stack, int number, int index) {
        HotBlock claimed = stack.claim().orElseThrow();
        try {
            return stack.load(key(number, index), Blocks.tokens(100 * number + index), claimed)
                    ? Optional.of(claimed.memory().toArray(ValueLayout.JAVA_BYTE)) : Optional.empty();
        } finally {
            stack.discard(claimed);
        }
    }

    private static Predicate<BlockHead> of(int number, int index) {
        return head -> Arrays.equals(head.tokens(), Blocks.tokens(100 * number + index));
    }

    /** Files that hold the beginning of a block. */
    private Set<String> holding(int number, int index) throws IOException {
        byte[] wanted = Arrays.copyOf(Blocks.bytes(100 * number + index), 48);
        String text = new String(wanted, StandardCharsets.ISO_8859_1);
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(file.getFileName().toString().replaceAll(".*\\.", ""));
                }
            }
        }
        return found;
    }

    @Test
    void shouldLeaveNoByteInAnyFileWhenABlockAndItsSuccessorsArePurged() throws IOException {
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(4), Blocks.coldBytes(40)))) {
            for (int index = 0; index < 4; index++) {
                for (int number = 1; number <= 3; number++) {
                    store(stack, number, index);
                    stack.writeBehind(8);
                }
            }
        }
        assertFalse(holding(2, 1).isEmpty() || holding(2, 3).isEmpty(), "the search finds what is there");
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(4), Blocks.coldBytes(40)))) {
            Map<Tier, Integer> purged = stack.purge(of(2, 1), true);
            assertEquals(3, purged.values().stream().mapToInt(Integer::intValue).sum(), purged::toString);
            for (int index = 0; index < 4; index++) {
                assertEquals(index < 1, load(stack, 2, index).isPresent(), "block " + index);
                assertArrayEquals(Blocks.bytes(100 + index), load(stack, 1, index).orElseThrow());
                assertArrayEquals(Blocks.bytes(300 + index), load(stack, 3, index).orElseThrow());
            }
            for (int index = 1; index < 4; index++) {
                assertEquals(Set.of(), holding(2, index), "block " + index);
            }
            assertEquals(Map.of(Tier.HOT, 0, Tier.WARM, 0, Tier.COLD, 0), stack.purge(of(2, 1), true));
        }
        assertEquals(Set.of(), holding(2, 2), "closing writes nothing back");
        assertFalse(holding(1, 1).isEmpty());
    }

    @Test
    void shouldHideABlockInUseAtOnceAndOverwriteItWhenItIsLetGo() {
        try (TierStack stack = open(Blocks.config(4, Blocks.slotsBytes(8), 0))) {
            store(stack, 1, 0);
            store(stack, 1, 1);
            HotBlock used = stack.pinHot(key(1, 1), Blocks.tokens(101)).orElseThrow();
            assertEquals(2, stack.purge(of(1, 0), true).get(Tier.HOT));
            assertEquals(Tier.ABSENT, stack.locate(key(1, 1)));
            assertEquals(Optional.empty(), stack.pinHot(key(1, 1), Blocks.tokens(101)));
            assertEquals(-1, MemorySegment.ofArray(Blocks.bytes(101)).mismatch(used.memory()), "as long as it is used");
            assertEquals(0, stack.writeBehind(9));
            stack.release(used);
            assertEquals(-1, MemorySegment.ofArray(new byte[Blocks.BYTES]).mismatch(used.memory()));
            int slots = stack.availableBlocks();
            List<HotBlock> all = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                all.add(stack.claim().orElseThrow());
            }
            assertEquals(Optional.empty(), stack.claim());
            all.forEach(stack::discard);
        }
    }

    @Test
    void shouldPurgeWhatContinuesABlockThatIsGoneWhenItBeganTheSameWay() {
        try (TierStack stack = open(Blocks.config(9, Blocks.slotsBytes(20), 0))) {
            for (int index = 0; index < 4; index++) {
                if (index != 2) {
                    store(stack, 1, index);
                    store(stack, 2, index);
                }
            }
            stack.writeBehind(20);
            stack.purge(of(1, 0), true);
            assertEquals(Tier.ABSENT, stack.locate(key(1, 3)));
            assertEquals(Optional.empty(), load(stack, 1, 3));
            assertArrayEquals(Blocks.bytes(203), load(stack, 2, 3).orElseThrow());
        }
    }

    @Test
    void shouldDropWithoutRewritingWhenNothingIsToBeWiped() {
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(3), Blocks.coldBytes(40)))) {
            for (int number = 1; number <= 8; number++) {
                store(stack, number, 0);
                stack.writeBehind(8);
            }
            stack.purge(head -> true, false);
            for (Tier tier : List.of(Tier.HOT, Tier.WARM, Tier.COLD)) {
                assertEquals(0, stack.stats().get(tier).entries(), tier::toString);
            }
            store(stack, 1, 0);
            assertEquals(1, stack.writeBehind(8));
            assertTrue(load(stack, 1, 0).isPresent());
        }
    }

    @Test
    void shouldKeepPinnedBlocksInTheLowerTiersUntilTheyAreUnpinned() {
        List<BlockKey> pinned = List.of(key(1, 0), key(1, 1), key(9, 0));
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(3), Blocks.coldBytes(2)))) {
            store(stack, 1, 0);
            stack.writeBehind(8);
            assertEquals(1, stack.pin(pinned));
            store(stack, 1, 1);
            stack.writeBehind(8);
            for (int number = 2; number <= 8; number++) {
                store(stack, number, 0);
                stack.writeBehind(8);
            }
            assertEquals(2, stack.stats().get(Tier.WARM).pinned());
            assertArrayEquals(Blocks.bytes(100), load(stack, 1, 0).orElseThrow());
            assertArrayEquals(Blocks.bytes(101), load(stack, 1, 1).orElseThrow());
            assertEquals(2, stack.unpin(pinned));
            for (int number = 11; number <= 18; number++) {
                store(stack, number, 0);
                stack.writeBehind(8);
            }
            assertEquals(Optional.empty(), load(stack, 1, 0));
        }
    }

    @Test
    void shouldTellOfEveryBlockAndDropTheDamagedOnesWhenAllAreRead() throws IOException {
        try (TierStack stack = open(Blocks.config(3, Blocks.slotsBytes(3), Blocks.coldBytes(40)))) {
            for (int number = 1; number <= 8; number++) {
                store(stack, number, 0);
                stack.writeBehind(8);
            }
            Set<String> told = new TreeSet<>();
            stack.forEachHead(head -> told.add(head.tokens()[0] + " " + head.key().depth() + " "
                    + head.key().root().equals(ROOT)));
            assertEquals(8, told.size(), told::toString);
            assertTrue(told.contains("100 1 true"), told::toString);
            assertEquals(Map.of(Tier.WARM, new TierCheck(3, 0), Tier.COLD, new TierCheck(5, 0)),
                    stack.verify((done, of) -> true));
            TierFiles.flip(TierFiles.warm(directory, "warm.slots"), 4096 + Blocks.slotsBytes(1) + 5000);
            assertEquals(new TierCheck(3, 1), stack.verify((done, of) -> true).get(Tier.WARM));
            assertEquals(new TierCheck(2, 0), stack.verify((done, of) -> true).get(Tier.WARM));
            assertEquals(new TierCheck(1, 0), stack.verify((done, of) -> false).get(Tier.COLD));
        }
    }
}
