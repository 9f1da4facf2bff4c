package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the cold tier's index says about uses to those who store them. */
class ColdIndexTest {

    private static final long LAYOUT = 7;
    private static final long BYTES = 100;

    private static ColdIndex index() {
        return new ColdIndex(RecomputeCosts.inMemory(Blocks.TOKENS), 0);
    }

    private static ColdIndex filled(long... uses) {
        ColdIndex index = index();
        for (int i = 0; i < uses.length; i++) {
            index.fill(new BlockRocks.Row(Blocks.key(i), LAYOUT, uses[i], BYTES));
        }
        return index;
    }

    private static Map<BlockKey, Long> taken(ColdIndex index) {
        Map<BlockKey, Long> uses = new HashMap<>();
        index.takeUses().forEach(row -> uses.put(row.key(), row.use()));
        return uses;
    }

    @Test
    void shouldNumberUsesAboveAllStoredOnesInTheirOrder() {
        ColdIndex index = filled(3, 50, 51);
        index.use(Blocks.key(2));
        index.use(Blocks.key(0));
        index.use(Blocks.key(2));
        assertEquals(2, index.changedUses());
        Map<BlockKey, Long> uses = taken(index);
        assertEquals(Set.of(Blocks.key(0), Blocks.key(2)), uses.keySet());
        assertTrue(uses.get(Blocks.key(0)) > 51, uses.toString());
        assertTrue(uses.get(Blocks.key(2)) > uses.get(Blocks.key(0)), uses.toString());
        assertEquals(0, index.changedUses());
        assertEquals(List.of(), index.takeUses());
        assertTrue(index.nextUse() > uses.get(Blocks.key(2)), uses.toString());
    }

    @Test
    void shouldTellOfEachUseOnceWhateverComesAndGoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ColdIndex index = filled(1, 2, 3);
        Set<BlockKey> changed = new HashSet<>();
        Map<BlockKey, Long> last = new HashMap<>();
        for (int step = 0; step < 5000; step++) {
            String at = "seed " + seed + ", step " + step;
            BlockKey key = Blocks.key(random.nextInt(40));
            switch (random.nextInt(5)) {
                case 0 -> {
                    if (!index.contains(key)) {
                        long use = index.nextUse();
                        assertTrue(use > last.values().stream().mapToLong(Long::longValue).max().orElse(3), at);
                        index.add(key, LAYOUT, BYTES);
                        last.put(key, use);
                    }
                }
                case 1 -> changed.removeAll(index.remove(key) ? Set.of(key) : Set.of());
                case 2 -> changed.removeAll(index.evict().map(Set::of).orElse(Set.of()));
                default -> {
                    index.use(key);
                    changed.addAll(Optional.of(key).filter(index::contains).map(Set::of).orElse(Set.of()));
                }
            }
            assertEquals(changed.size(), index.changedUses(), at);
            if (random.nextInt(50) == 0) {
                Map<BlockKey, Long> uses = taken(index);
                assertEquals(changed, uses.keySet(), at);
                uses.forEach((used, use) -> assertTrue(use > last.getOrDefault(used, 3L), at));
                last.putAll(uses);
                changed.clear();
            }
        }
    }
}
