package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ChainIndexTest {

    private static final BlockKey ROOT = new BlockKey.Root("m", "a", "l", "1", "t").key();

    private static BlockKey chain(int... tokens) {
        BlockKey key = ROOT;
        for (int i = 0; i < tokens.length; i++) {
            key = key.child(tokens, i, i + 1);
        }
        return key;
    }

    private static BlockKey evict(ChainIndex index) {
        int first = index.first();
        BlockKey key = index.key(first);
        index.evict(first);
        return key;
    }

    @Test
    void shouldEvictTailsBeforeTheHeadsTheyShareWhateverWasUsedLast() {
        ChainIndex index = new ChainIndex(depth -> 1);
        index.add(chain(1), 0);
        index.add(chain(1, 2), 1);
        index.add(chain(1, 2, 3), 2);
        index.add(chain(1, 4), 3);
        index.use(index.find(chain(1, 2, 3)));
        assertEquals(chain(1, 4), evict(index));
        assertEquals(chain(1, 2, 3), evict(index));
        assertEquals(chain(1, 2), evict(index));
        assertEquals(chain(1), evict(index));
        assertEquals(ChainIndex.ABSENT, index.first());
    }

    @Test
    void shouldCountSuccessorsThatCameFirst() {
        ChainIndex index = new ChainIndex(depth -> 1);
        index.add(chain(1, 2), 0);
        assertEquals(ChainIndex.ABSENT, index.find(chain(1)));
        index.add(chain(1), 1);
        index.use(index.find(chain(1, 2)));
        assertEquals(chain(1, 2), evict(index));
        assertEquals(chain(1), evict(index));
        assertEquals(0, index.size());
    }

    @Test
    void shouldKeepTwiceAsLongWhatCostsTwiceAsMuch() {
        ChainIndex index = new ChainIndex(depth -> depth);
        index.add(chain(7), 0);
        index.add(chain(7, 7), 1);
        int rounds = 0;
        for (int i = 100; index.find(chain(7, 7)) != ChainIndex.ABSENT; i++) {
            index.add(chain(i), i);
            evict(index);
            rounds++;
        }
        assertEquals(2, rounds, "what costs half would have left in the first round");
        assertTrue(index.find(chain(7)) != ChainIndex.ABSENT);
    }

    @Test
    void shouldEvictNothingThatIsHeldOrPinned() {
        ChainIndex index = new ChainIndex(depth -> 1);
        int held = index.add(chain(1), 0);
        int pinned = index.add(chain(2), 1);
        index.hold(held);
        index.pin(pinned, true);
        assertEquals(1, index.pinned());
        assertEquals(ChainIndex.ABSENT, index.first());
        index.letGo(held);
        assertEquals(chain(1), evict(index));
        assertEquals(ChainIndex.ABSENT, index.first());
        index.pin(pinned, false);
        assertEquals(chain(2), evict(index));
        assertEquals(0, index.pinned());
    }

    @Test
    void shouldKeepThePlaceOfARemovedBlockUntilItsLastReaderLetsGo() {
        ChainIndex index = new ChainIndex(depth -> 1);
        int entry = index.add(chain(1), 42);
        index.hold(entry);
        index.hold(entry);
        assertFalse(index.remove(entry));
        assertEquals(ChainIndex.ABSENT, index.find(chain(1)));
        int again = index.add(chain(1), 43);
        assertFalse(index.letGo(entry));
        assertEquals(42, index.place(entry));
        assertTrue(index.letGo(entry));
        assertEquals(43, index.place(index.find(chain(1))));
        assertTrue(index.remove(again));
    }

    @Test
    void shouldTakeABlockThatClaimsToContinueItself() {
        ChainIndex index = new ChainIndex(depth -> 1);
        byte[] bytes = new byte[3 * BlockKey.BYTES];
        BlockKey own = BlockKey.stored(java.nio.ByteBuffer.wrap(bytes), 0, 5, 0, 0);
        index.add(own, 0);
        index.add(chain(1), 1);
        assertEquals(own, evict(index));
        assertEquals(chain(1), evict(index));
        index.add(own, 0);
        index.add(chain(1), 1);
        assertEquals(2, index.size());
    }

    /** Random use beside a model that looks through all blocks each time. */
    @Test
    void shouldAgreeWithTheModelWhenUsedAtRandom() {
        for (long seed = 1; seed <= 8; seed++) {
            Random random = new Random(seed);
            IntToDoubleFunction cost = depth -> 1 + depth * 0.25;
            Model model = new Model(new ChainIndex(cost), cost);
            for (int step = 0; step < 3000; step++) {
                model.step(random, "seed " + seed + " step " + step);
            }
        }
    }

    private static final class Model {

        private static final class Block {
            private double worth;
            private long use;
            private int holds;
            private boolean pinned;
        }

        private final ChainIndex index;
        private final IntToDoubleFunction cost;
        private final Map<BlockKey, Block> blocks = new HashMap<>();
        private final Map<BlockKey, BlockKey> whole = new HashMap<>();
        private double age;
        private long uses;

        private Model(ChainIndex index, IntToDoubleFunction cost) {
            this.index = index;
            this.cost = cost;
        }

        private void step(Random random, String where) {
            BlockKey key = ROOT;
            for (int depth = 1 + random.nextInt(4); depth > 0; depth--) {
                key = key.child(new int[] {random.nextInt(3)}, 0, 1);
            }
            whole.put(key, key);
            Block block = blocks.get(key);
            int entry = index.find(key);
            assertEquals(block == null, entry == ChainIndex.ABSENT, where);
            if (block == null) {
                blocks.put(key, new Block());
                use(key);
                index.add(key, random.nextInt());
            } else {
                change(random, key, block, entry);
            }
            BlockKey first = first();
            assertEquals(first, index.first() == ChainIndex.ABSENT ? null : index.key(index.first()), where);
            if (blocks.size() > 40 && first != null) {
                age = Math.max(age, blocks.remove(first).worth);
                index.evict(index.first());
            }
            assertEquals(blocks.size(), index.size(), where);
        }

        private void change(Random random, BlockKey key, Block block, int entry) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    use(key);
                    index.use(entry);
                }
                case 2 -> {
                    block.holds++;
                    index.hold(entry);
                }
                case 3 -> {
                    if (block.holds > 0) {
                        block.holds--;
                        index.letGo(entry);
                    }
                }
                case 4 -> {
                    block.pinned = random.nextInt(4) == 0;
                    index.pin(entry, block.pinned);
                }
                default -> {
                    if (block.holds == 0) {
                        blocks.remove(key);
                        index.remove(entry);
                    }
                }
            }
        }

        private void use(BlockKey key) {
            Block block = blocks.get(key);
            block.worth = age + cost.applyAsDouble(key.depth());
            block.use = ++uses;
        }

        private BlockKey first() {
            List<BlockKey> free = new ArrayList<>();
            List<BlockKey> leaves = new ArrayList<>();
            blocks.forEach((key, block) -> {
                if (block.holds == 0 && !block.pinned) {
                    free.add(key);
                    if (blocks.keySet().stream().noneMatch(
                            other -> whole.get(other).depth() > 1 && whole.get(other).parent().equals(key))) {
                        leaves.add(key);
                    }
                }
            });
            Comparator<BlockKey> order = Comparator.comparingDouble((BlockKey key) -> blocks.get(key).worth)
                    .thenComparingLong(key -> blocks.get(key).use);
            return (leaves.isEmpty() ? free : leaves).stream().min(order).orElse(null);
        }
    }
}
