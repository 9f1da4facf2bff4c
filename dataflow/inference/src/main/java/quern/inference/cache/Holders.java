package quern.inference.cache;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quern.kv.BlockKey;

/**
 * Tables at work that may be shared, by the key of what comes before each of their blocks. Through it a sequence finds
 * another that is about to compute what it needs, and blocks that are not full yet and have no key of their own.
 */
final class Holders {

    private static final Set<BlockTable> NONE = Set.of();

    /** @param tokens leading tokens of the block that are computed and equal to those wanted */
    record Match(BlockTable table, int tokens) {}

    /** What comes before a block. Two runs of tokens with one name, should there ever be such, are two of these. */
    private record Before(BlockKey key, int run) {

        static Before of(BlockKey key) {
            return new Before(key, key.run());
        }
    }

    private final Map<Before, Set<BlockTable>> byParent = new HashMap<>();

    /** From now on blocks up to {@code index} of the table are found. */
    void announce(BlockTable table, int index, int[] tokens) {
        while (table.announced.size() <= index) {
            BlockKey parent = table.parent(table.announced.size(), tokens);
            byParent.computeIfAbsent(Before.of(parent), key -> new LinkedHashSet<>()).add(table);
            table.announced.add(parent);
        }
    }

    void remove(BlockTable table) {
        for (BlockKey parent : table.announced) {
            Before before = Before.of(parent);
            Set<BlockTable> others = byParent.get(before);
            others.remove(table);
            if (others.isEmpty()) {
                byParent.remove(before);
            }
        }
        table.announced.clear();
    }

    /** Whether a table is going to compute {@code tokens[from .. to)}, all of one block, and has not yet. */
    boolean pending(BlockKey parent, int[] tokens, int from, int to) {
        for (BlockTable table : byParent.getOrDefault(Before.of(parent), NONE)) {
            if (table.computed < to && table.count >= to && equalTokens(table, tokens, from, to) == to - from) {
                return true;
            }
        }
        return false;
    }

    /** The table other than {@code asking} that has computed most of {@code tokens[from .. to)}, all of one block. */
    Optional<Match> longest(BlockTable asking, BlockKey parent, int[] tokens, int from, int to) {
        Match best = null;
        for (BlockTable table : byParent.getOrDefault(Before.of(parent), NONE)) {
            int equal = table == asking ? 0 : equalTokens(table, tokens, from, Math.min(to, table.computed));
            if (equal > (best == null ? 0 : best.tokens())) {
                best = new Match(table, equal);
            }
        }
        return Optional.ofNullable(best);
    }

    private static int equalTokens(BlockTable table, int[] tokens, int from, int to) {
        int at = from;
        while (at < to && table.tokens[at] == tokens[at]) {
            at++;
        }
        return at - from;
    }
}
