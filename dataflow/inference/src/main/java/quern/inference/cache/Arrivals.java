package quern.inference.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import quern.inference.cache.BlockTable.Ahead;
import quern.kv.BlockKey;
import quern.kv.BlockPool.Keeping;
import quern.kv.BlockPool.Tier;
import quern.kv.HotBlock;

/** Fills empty tables with known blocks: those of the arena at once, those of lower tiers once they are read. */
final class Arrivals {

    private final BlockClaims claims;
    private final PartialBlocks partial;
    private final int blockTokens;

    Arrivals(BlockClaims claims, PartialBlocks partial, int blockTokens) {
        this.claims = claims;
        this.partial = partial;
        this.blockTokens = blockTokens;
    }

    /**
     * @param known the leading blocks, those of the arena pinned
     * @param further whether what is stored behind them is wanted too
     * @return what is to be read
     */
    List<BlockLoad> enter(long sequenceId, BlockTable table, int[] tokens, List<Optional<HotBlock>> known,
            boolean further) {
        List<BlockLoad> loads = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            BlockKey key = table.key(i, tokens);
            int[] held = Arrays.copyOfRange(tokens, i * blockTokens, (i + 1) * blockTokens);
            if (known.get(i).isPresent()) {
                keep(table, known.get(i).get());
                table.ahead.add(new Ahead(key, known.get(i).get(), true, held, 0));
                continue;
            }
            Optional<HotBlock> target = claims.claim();
            if (target.isEmpty()) {
                known.subList(i, known.size()).forEach(block -> block.ifPresent(claims::release));
                break;
            }
            table.ahead.add(new Ahead(key, target.get(), false, held, 0));
            loads.add(new BlockLoad(sequenceId, i, key, held, target.get()));
        }
        if (further && table.ahead.size() == known.size()) {
            enterPartial(sequenceId, table, tokens).ifPresent(loads::add);
        }
        table.unanswered = loads.size();
        if (loads.isEmpty()) {
            settle(table);
        }
        return loads;
    }

    private Optional<BlockLoad> enterPartial(long sequenceId, BlockTable table, int[] tokens) {
        int next = table.ahead.size();
        Optional<PartialBlocks.Found> found = partial.find(table, tokens, table.count, next);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        PartialBlocks.Found part = found.get();
        boolean hot = part.tier() == Tier.HOT;
        Optional<HotBlock> block = hot ? claims.pin(part.key(), part.tokens()) : claims.claim();
        block.ifPresent(held -> table.ahead.add(new Ahead(part.key(), held, hot, part.tokens(), part.taken())));
        return block.filter(held -> !hot)
                .map(held -> new BlockLoad(sequenceId, next, part.key(), part.tokens(), held));
    }

    /** What was to stay in memory may go further down once somebody else who has it too lets it. */
    private void keep(BlockTable table, HotBlock pinned) {
        if (table.retain && table.keeping == Keeping.TIERS) {
            claims.pool().keep(pinned);
        }
    }

    /** Takes the outcome of one load. @return whether it was the last one; the table is filled then */
    boolean answer(BlockTable table, BlockLoad load, boolean found) {
        table.ahead.get(load.index()).found = found;
        table.unanswered--;
        if (table.unanswered == 0) {
            settle(table);
        }
        return table.unanswered == 0;
    }

    private void settle(BlockTable table) {
        boolean unbroken = true;
        int copied = 0;
        for (Ahead ahead : table.ahead) {
            unbroken &= ahead.found;
            if (!ahead.found) {
                claims.discard(ahead.block);
                continue;
            }
            HotBlock block = ahead.pinned ? ahead.block : claims.pool().seal(ahead.block, ahead.key, ahead.tokens);
            if (ahead.copied > 0) {
                copied = unbroken && claims.copy(table, block.memory()) ? ahead.copied : 0;
                claims.release(block);
            } else if (unbroken) {
                table.add(block);
                table.sealNext(block);
            } else {
                claims.release(block);
            }
        }
        table.ahead.clear();
        table.computed = table.sealed() * blockTokens + copied;
    }
}
