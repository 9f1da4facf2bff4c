package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockKeyTest {

    private static final int[] TOKENS = {1, 2, 3, 4};

    @Test
    void shouldDifferWhenAnyFieldOfTheRootDiffers() {
        Set<BlockKey> keys = new HashSet<>();
        for (BlockKey.Root root : List.of(
                new BlockKey.Root("m", "a", "l", "1", "t"),
                new BlockKey.Root("n", "a", "l", "1", "t"),
                new BlockKey.Root("m", "b", "l", "1", "t"),
                new BlockKey.Root("m", "a", "k", "1", "t"),
                new BlockKey.Root("m", "a", "l", "2", "t"),
                new BlockKey.Root("m", "a", "l", "1", "u"),
                new BlockKey.Root("ma", "", "l", "1", "t"))) {
            keys.add(root.key().child(TOKENS, 0, 4));
        }
        assertEquals(7, keys.size());
    }

    @Test
    void shouldDependOnParentAndTokensWhenChained() {
        BlockKey root = new BlockKey.Root("m", "a", "l", "1", "t").key();
        BlockKey first = root.child(TOKENS, 0, 2);
        assertEquals(first, root.child(new int[] {1, 2}, 0, 2));
        assertNotEquals(first.child(TOKENS, 2, 4), root.child(TOKENS, 2, 4));
        assertNotEquals(first, root.child(TOKENS, 1, 3));
        assertEquals(first, BlockKey.ofBytes(first.bytes()));
    }

    @Test
    void shouldKnowItsPlaceInTheChainWhenMadeFromItsParent() {
        BlockKey root = new BlockKey.Root("m", "a", "l", "1", "t").key();
        BlockKey first = root.child(TOKENS, 0, 2);
        BlockKey third = first.child(TOKENS, 2, 4).child(TOKENS, 0, 1);
        assertEquals(0, root.depth());
        assertEquals(1, first.depth());
        assertEquals(root, first.parent());
        assertEquals(3, third.depth());
        assertEquals(root, third.root());
        assertEquals(first.child(TOKENS, 2, 4), third.parent());
        assertEquals(first.head(), third.head());
        assertEquals(first.bits(0), third.head());
        assertNotEquals(first.head(), root.child(TOKENS, 1, 3).head());
    }

    @Test
    void shouldTellRunsOfTokensApartByMoreThanTheName() {
        BlockKey root = new BlockKey.Root("m", "a", "l", "1", "t").key();
        Set<Integer> runs = new HashSet<>();
        for (int first = 0; first < 100; first++) {
            runs.add(root.child(new int[] {first}, 0, 1).child(TOKENS, 0, 4).run());
        }
        assertEquals(100, runs.size());
        assertEquals(root.child(TOKENS, 0, 4).run(), root.child(TOKENS, 0, 2).child(TOKENS, 2, 4).run());
        assertEquals(0, root.run());
        BlockKey named = BlockKey.ofBytes(root.child(TOKENS, 0, 4).bytes());
        assertEquals(0, named.run(), "a name alone knows no tokens");
    }

    @Test
    void shouldDifferWhenTokensMoveAcrossABorder() {
        BlockKey root = new BlockKey.Root("m", "a", "l", "1", "t").key();
        assertNotEquals(root.child(TOKENS, 0, 1), root.child(new int[] {1, 0}, 0, 2));
        assertNotEquals(root.child(TOKENS, 0, 4), root.child(TOKENS, 0, 2).child(TOKENS, 2, 4));
    }
}
