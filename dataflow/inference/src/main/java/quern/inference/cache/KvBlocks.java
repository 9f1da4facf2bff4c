package quern.inference.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quern.gpu.kernel.KvLayout;
import quern.inference.cache.BlockTable.Ahead;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.BlockPool.Tier;
import quern.kv.HotBlock;

/**
 * Gives sequences their blocks (paged attention, Kwon et al., arXiv 2309.06180) and finds those that are known already
 * by the chain of their keys. Every claim and pin is undone exactly once, by {@link #close}. One thread.
 */
public final class KvBlocks {

    private final BlockPool pool;
    private final KvLayout layout;
    private final String modelFingerprint;
    private final String arithmetic;
    private final int total;
    private final Set<BlockKey> expected = new HashSet<>();
    private int held;

    /**
     * @param pool not in use by anyone else yet; its blocks have the layout's size
     * @param arithmetic everything besides model, adapter and layout that the bits depend on
     */
    public KvBlocks(BlockPool pool, KvLayout layout, String modelFingerprint, String arithmetic) {
        if (pool.blockBytes() != layout.blockBytes()) {
            throw new IllegalArgumentException(
                    "pool has blocks of " + pool.blockBytes() + " bytes, the layout needs " + layout.blockBytes());
        }
        this.pool = pool;
        this.layout = layout;
        this.modelFingerprint = modelFingerprint;
        this.arithmetic = arithmetic;
        this.total = pool.availableBlocks();
    }

    public KvLayout layout() {
        return layout;
    }

    /** Blocks the pool had at the beginning. */
    public int total() {
        return total;
    }

    public int available() {
        return pool.availableBlocks();
    }

    /** Claims and pins not yet undone. */
    public int held() {
        return held;
    }

    /** Blocks that hold {@code tokens} tokens. */
    public int blocksOf(int tokens) {
        return Math.ceilDiv(tokens, layout.blockTokens());
    }

    /**
     * An empty table.
     *
     * @param adapterFingerprint empty for the base weights
     * @param retain whether blocks are sealed, to be found by others
     */
    public BlockTable open(String adapterFingerprint, String tenantSalt, boolean retain) {
        BlockKey root = new BlockKey.Root(
                modelFingerprint, adapterFingerprint, layout.toString(), arithmetic, tenantSalt).key();
        return new BlockTable(root, layout.blockTokens(), retain, true);
    }

    /** An empty table for a sequence that computes all of its tokens and leaves nothing behind. */
    public BlockTable openAlone() {
        BlockKey root = new BlockKey.Root(modelFingerprint, "", layout.toString(), arithmetic, "").key();
        return new BlockTable(root, layout.blockTokens(), false, false);
    }

    /**
     * Looks up the longest known prefix of {@code tokens[0 .. count)}, leaving at least the last token to compute, and
     * makes sure that blocks for all {@code count} tokens can be had. Blocks of lower tiers become loads; until each
     * is {@link #answer}ed the table is {@link BlockTable#loading}. Unless admitted the table stays empty.
     *
     * @param table empty
     */
    public Admission admit(long sequenceId, BlockTable table, int[] tokens, int count) {
        int limit = table.shared ? (count - 1) / layout.blockTokens() : 0;
        List<Optional<HotBlock>> known = new ArrayList<>();
        while (known.size() < limit) {
            int next = known.size();
            Optional<HotBlock> pinned = pool.pinHot(table.key(next, tokens), tokensOf(next, tokens));
            if (pinned.isEmpty() && !inLowerTier(table.key(next, tokens))) {
                break;
            }
            held += pinned.isPresent() ? 1 : 0;
            known.add(pinned);
        }
        boolean awaited = known.size() < limit && expected.contains(table.key(known.size(), tokens));
        int hot = (int) known.stream().filter(Optional::isPresent).count();
        if (awaited || pool.availableBlocks() < blocksOf(count) - hot) {
            known.forEach(block -> block.ifPresent(this::release));
            return awaited ? new Admission.Awaiting() : new Admission.NoRoom();
        }
        if (table.retain) {
            expect(table, tokens, known.size(), count / layout.blockTokens());
        }
        return new Admission.Admitted(enter(sequenceId, table, tokens, known));
    }

    private void expect(BlockTable table, int[] tokens, int from, int to) {
        for (int i = from; i < to; i++) {
            if (expected.add(table.key(i, tokens))) {
                table.expected.add(table.key(i, tokens));
            }
        }
    }

    private boolean inLowerTier(BlockKey key) {
        Tier tier = pool.locate(key);
        return tier == Tier.WARM || tier == Tier.COLD;
    }

    private List<BlockLoad> enter(long sequenceId, BlockTable table, int[] tokens,
            List<Optional<HotBlock>> known) {
        List<BlockLoad> loads = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            BlockKey key = table.key(i, tokens);
            if (known.get(i).isPresent()) {
                table.ahead.add(new Ahead(key, known.get(i).get(), true));
                continue;
            }
            Optional<HotBlock> target = claim();
            if (target.isEmpty()) {
                known.subList(i, known.size()).forEach(block -> block.ifPresent(this::release));
                break;
            }
            table.ahead.add(new Ahead(key, target.get(), false));
            loads.add(new BlockLoad(sequenceId, i, key, tokensOf(i, tokens), target.get()));
        }
        table.unanswered = loads.size();
        if (loads.isEmpty()) {
            settle(table, tokens);
        }
        return loads;
    }

    /**
     * Takes the outcome of one load. With the last one the table holds the longest prefix that was found; what was
     * found beyond the first miss stays findable.
     */
    public void answer(BlockTable table, BlockLoad load, boolean found, int[] tokens) {
        table.ahead.get(load.index()).found = found;
        table.unanswered--;
        if (table.unanswered == 0) {
            settle(table, tokens);
            if (table.closed) {
                giveBack(table);
            }
        }
    }

    private void settle(BlockTable table, int[] tokens) {
        boolean unbroken = true;
        for (int i = 0; i < table.ahead.size(); i++) {
            Ahead ahead = table.ahead.get(i);
            unbroken &= ahead.found;
            if (!ahead.found) {
                discard(ahead.block);
                continue;
            }
            HotBlock block = ahead.pinned ? ahead.block : pool.seal(ahead.block, ahead.key, tokensOf(i, tokens));
            if (unbroken) {
                table.add(block);
                table.sealNext(block);
            } else {
                release(block);
            }
        }
        table.ahead.clear();
    }

    /** Extends the table to hold {@code tokens} tokens; false if the pool ran out, what was claimed stays. */
    public boolean reserve(BlockTable table, int tokens) {
        while (table.size() < blocksOf(tokens)) {
            Optional<HotBlock> block = claim();
            if (block.isEmpty()) {
                return false;
            }
            table.add(block.get());
        }
        return true;
    }

    /** The same if that takes blocks from nobody: only while more are free than are asked for. */
    public boolean reserveIfFree(BlockTable table, int tokens) {
        int wanted = blocksOf(tokens) - table.size();
        return wanted <= 0 || pool.availableBlocks() > wanted && reserve(table, tokens);
    }

    /** Seals the blocks that the first {@code computed} tokens fill, if the table's sequence may leave them behind. */
    public void sealFull(BlockTable table, int[] tokens, int computed) {
        while (table.retain && table.sealed() < computed / layout.blockTokens()) {
            int next = table.sealed();
            table.sealNext(pool.seal(table.block(next), table.key(next, tokens), tokensOf(next, tokens)));
            if (table.expected.remove(table.key(next, tokens))) {
                expected.remove(table.key(next, tokens));
            }
        }
    }

    /** Gives everything back, now or with the last answer of a load; a second call does nothing. */
    public void close(BlockTable table) {
        if (table.closed) {
            return;
        }
        table.closed = true;
        expected.removeAll(table.expected);
        table.expected.clear();
        if (!table.loading()) {
            giveBack(table);
        }
    }

    private void giveBack(BlockTable table) {
        /* The last block first: of equally old blocks a prefix is worth more than what follows it. */
        for (int i = table.size() - 1; i >= 0; i--) {
            if (i < table.sealed()) {
                release(table.block(i));
            } else {
                discard(table.block(i));
            }
        }
        table.clear();
    }

    private Optional<HotBlock> claim() {
        Optional<HotBlock> block = pool.claim();
        held += block.isPresent() ? 1 : 0;
        return block;
    }

    private void release(HotBlock block) {
        pool.release(block);
        held--;
    }

    private void discard(HotBlock block) {
        pool.discard(block);
        held--;
    }

    private int[] tokensOf(int index, int[] tokens) {
        return Arrays.copyOfRange(tokens, index * layout.blockTokens(), (index + 1) * layout.blockTokens());
    }
}
