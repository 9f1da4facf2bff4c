package quern.inference.cache;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.BlockPool.Tier;
import quern.kv.HotBlock;

/**
 * Blocks that are not full: what a prompt or an answer ends with, sealed under a key of just these tokens. Who goes on
 * from there takes a copy and fills it up; so an equal prompt, or the next turn of a conversation, computes no token
 * twice but its last, after a restart too. Prompts shorter than a block are not worth the room.
 */
final class PartialBlocks {

    /** Fewer are computed in the time of any step. */
    private static final int TOKENS_MIN = 4;

    private final BlockPool pool;
    private final int blockTokens;
    private final LoadChoice choice;

    PartialBlocks(BlockPool pool, int blockTokens, LoadChoice choice) {
        this.pool = pool;
        this.blockTokens = blockTokens;
        this.choice = choice;
    }

    /** What is stored of the block behind the known ones. @param taken how many of its tokens are of use */
    record Found(BlockKey key, int[] tokens, int taken, Tier tier) {}

    /**
     * The longest stored beginning of {@code tokens[from .. count)} that is worth taking, {@code from} being where
     * block {@code next} begins.
     */
    Optional<Found> find(BlockTable table, int[] tokens, int count, int next) {
        int from = next * blockTokens;
        if (!table.shared || next == 0) {
            return Optional.empty();
        }
        for (int to = Math.min(from + blockTokens, count); to - from >= TOKENS_MIN; to--) {
            BlockKey key = table.partialKey(next, to, tokens);
            Tier tier = pool.locate(key);
            int taken = Math.min(to, count - 1) - from;
            if (tier != Tier.ABSENT) {
                boolean worth = tier == Tier.HOT || choice.worthAlone(tier, taken);
                choice.made(List.of(tier), worth ? 1 : 0);
                return worth ? Optional.of(new Found(key, Arrays.copyOfRange(tokens, from, to), taken, tier))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether what {@code table} has computed of its first unsealed block is worth keeping. */
    boolean worthLeaving(BlockTable table) {
        int next = table.sealed();
        int tokens = table.computed - next * blockTokens;
        return table.retain && next > 0 && next < table.size() && tokens >= TOKENS_MIN && tokens < blockTokens;
    }

    /** Seals such a block. @return it, pinned */
    HotBlock seal(BlockTable table, HotBlock block) {
        int next = table.sealed();
        return pool.seal(block, table.partialKey(next, table.computed, table.tokens),
                Arrays.copyOfRange(table.tokens, next * blockTokens, table.computed), table.keeping);
    }

    /** Whether a copy of such a block may be had for room that nobody misses, and nobody left one. */
    boolean worthCopying(BlockTable table) {
        return worthLeaving(table) && pool.availableBlocks() > table.size()
                && pool.locate(table.partialKey(table.sealed(), table.computed, table.tokens)) != Tier.HOT;
    }
}
