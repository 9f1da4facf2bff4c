package quern.kv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Blocks chosen by what they say, and all blocks that continue them, in whatever tier: keys are one-way, so that a
 * descendant is found only by walking down.
 *
 * @param doubtful whether blocks are chosen that say nothing, or continue a block that is gone and began as a chosen
 *     one did
 */
record BlockFamily(Predicate<BlockHead> chosen, boolean doubtful) {

    /** @param hot heads of the arena */
    Set<BlockKey> members(List<BlockHead> hot, LowerTiers lower) {
        Set<BlockKey> members = new HashSet<>();
        List<BlockKey> others = new ArrayList<>();
        hot.forEach(head -> sort(head, members, others));
        lower.forEachHead((key, head) -> {
            if (head.isPresent()) {
                sort(head.get(), members, others);
            } else if (doubtful) {
                members.add(key);
            }
        });
        Set<BlockKey> known = new HashSet<>(members);
        known.addAll(others);
        Set<Long> heads = new HashSet<>();
        members.forEach(key -> heads.add(key.head()));
        others.sort(Comparator.comparingInt(BlockKey::depth));
        for (BlockKey key : others) {
            boolean orphan = key.depth() > 1 && !known.contains(key.parent());
            if (members.contains(key.parent()) || doubtful && orphan && heads.contains(key.head())) {
                members.add(key);
            }
        }
        return members;
    }

    private void sort(BlockHead head, Set<BlockKey> members, List<BlockKey> others) {
        if (chosen.test(head)) {
            members.add(head.key());
        } else {
            others.add(head.key());
        }
    }
}
