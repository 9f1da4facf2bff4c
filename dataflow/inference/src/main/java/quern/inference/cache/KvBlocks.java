package quern.inference.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import quern.gpu.kernel.KvLayout;
import quern.kv.BlockKey;
import quern.kv.BlockPool;
import quern.kv.BlockPool.Keeping;
import quern.kv.BlockPool.Tier;
import quern.kv.HotBlock;

/**
 * Gives sequences their blocks (paged attention, Kwon et al., arXiv 2309.06180) and finds those that are known already
 * by the chain of their keys. Every claim and pin is undone exactly once, by {@link #close}. One thread.
 */
public final class KvBlocks {

    private final BlockPool pool;
    private final KvLayout layout;
    private final CacheRoots roots;
    private final int total;
    private final Holders holders = new Holders();
    private final long savedBytesMax;
    private final LoadChoice choice;
    private final PartialBlocks partial;
    private final BlockClaims claims;
    private final Arrivals arrivals;
    private long savedBytes;

    /** One that saves nothing of preempted sequences. */
    public KvBlocks(BlockPool pool, KvLayout layout, String modelFingerprint, String arithmetic) {
        this(pool, layout, modelFingerprint, arithmetic, 0);
    }

    /**
     * @param pool not in use by anyone else yet; its blocks have the layout's size
     * @param arithmetic everything besides model, adapter and layout that the bits depend on
     * @param savedBytesMax of all {@link SavedBlocks} together
     */
    public KvBlocks(
            BlockPool pool, KvLayout layout, String modelFingerprint, String arithmetic, long savedBytesMax) {
        if (pool.blockBytes() != layout.blockBytes()) {
            throw new IllegalArgumentException(
                    "pool has blocks of " + pool.blockBytes() + " bytes, the layout needs " + layout.blockBytes());
        }
        this.pool = pool;
        this.layout = layout;
        this.roots = new CacheRoots(modelFingerprint, layout.toString(), arithmetic);
        this.total = pool.availableBlocks();
        this.savedBytesMax = savedBytesMax;
        this.choice = new LoadChoice(layout.blockTokens());
        this.partial = new PartialBlocks(pool, layout.blockTokens(), choice);
        this.claims = new BlockClaims(pool);
        this.arrivals = new Arrivals(claims, partial, layout.blockTokens());
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
        return claims.held();
    }

    /** Bytes of all {@link SavedBlocks} not yet let go of. */
    public long savedBytes() {
        return savedBytes;
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
        return open(adapterFingerprint, new CacheTerms(tenantSalt, "", Keeping.TIERS), retain);
    }

    /** An empty table whose blocks are shared and kept on these terms. */
    public BlockTable open(String adapterFingerprint, CacheTerms terms, boolean retain) {
        BlockKey root = roots.root(adapterFingerprint, terms.tenant()).salted(terms.salt());
        return new BlockTable(root, layout.blockTokens(), retain, terms.keeping(), true);
    }

    /** An empty table for a sequence that computes all of its tokens and leaves nothing behind. */
    public BlockTable openAlone() {
        return new BlockTable(roots.root("", ""), layout.blockTokens(), false, Keeping.MEMORY, false);
    }

    /**
     * Looks up the longest known prefix of {@code tokens[0 .. count)}, leaving at least the last token to compute, and
     * makes sure that blocks for all {@code count} tokens can be had. Blocks of lower tiers become loads; until each
     * is {@link #answer}ed the table is {@link BlockTable#loading}. Unless admitted the table stays empty.
     *
     * @param table empty
     */
    public Admission admit(long sequenceId, BlockTable table, int[] tokens, int count) {
        List<Tier> tiers = new ArrayList<>();
        List<Optional<HotBlock>> known = known(table, tokens, count, tiers);
        int from = known.size() * layout.blockTokens();
        int to = wantedTo(table, from, count);
        boolean awaited = from < to && holders.pending(table.parent(known.size(), tokens), tokens, from, to);
        int hot = (int) known.stream().filter(Optional::isPresent).count();
        int missing = blocksOf(count) - hot - pool.availableBlocks();
        if (awaited || missing > 0) {
            known.forEach(block -> block.ifPresent(claims::release));
            return awaited ? new Admission.Awaiting() : new Admission.NoRoom(missing);
        }
        table.tokens = tokens;
        table.count = count;
        choice.made(tiers, known.size());
        if (table.retain) {
            holders.announce(table, (count - 1) / layout.blockTokens(), tokens);
        }
        return new Admission.Admitted(
                arrivals.enter(sequenceId, table, tokens, known, tiers.size() == known.size()));
    }

    /** End of what may be taken of the block that begins at {@code from}: one token is always left to compute. */
    private int wantedTo(BlockTable table, int from, int count) {
        return table.shared ? Math.min(from + layout.blockTokens(), count - 1) : from;
    }

    /**
     * The leading blocks that are worth taking, those of the arena pinned.
     *
     * @param tiers gets where each known block is, those not worth taking included
     */
    private List<Optional<HotBlock>> known(BlockTable table, int[] tokens, int count, List<Tier> tiers) {
        int limit = table.shared ? (count - 1) / layout.blockTokens() : 0;
        List<Optional<HotBlock>> known = new ArrayList<>();
        while (known.size() < limit) {
            int next = known.size();
            Optional<HotBlock> pinned = claims.pin(table.key(next, tokens), tokensOf(next, tokens));
            Tier tier = pinned.isPresent() ? Tier.HOT : pool.locate(table.key(next, tokens));
            if (pinned.isEmpty() && tier != Tier.WARM && tier != Tier.COLD) {
                break;
            }
            known.add(pinned);
            tiers.add(tier);
        }
        List<Optional<HotBlock>> left = known.subList(choice.worth(tiers, count), known.size());
        left.forEach(block -> block.ifPresent(claims::release));
        left.clear();
        return known;
    }

    /** Decides from now on by these rates whether a stored block is worth loading. */
    public void measureBy(TierRates rates) {
        choice.measureBy(rates);
    }

    /** The same: by what computing takes. @param nanos of so many tokens; 0 if that is unknown */
    public void computeIn(IntToLongFunction nanos) {
        choice.computeIn(nanos);
    }

    /**
     * Takes the outcome of one load. With the last one the table holds the longest prefix that was found; what was
     * found beyond the first miss stays findable.
     */
    public void answer(BlockTable table, BlockLoad load, boolean found) {
        if (arrivals.answer(table, load, found) && table.closed) {
            giveBack(table);
        }
    }

    /**
     * Takes over what a sequence at work has computed of the block behind the sealed ones, by copying that block: equal
     * prompts are computed once, their last part included.
     *
     * @param table admitted, nothing reserved yet
     * @return tokens taken over
     */
    public int fork(BlockTable table, int[] tokens, int count) {
        int next = table.sealed();
        int from = next * layout.blockTokens();
        int to = wantedTo(table, from, count);
        if (from >= to) {
            return 0;
        }
        Optional<Holders.Match> match = holders.longest(table, table.parent(next, tokens), tokens, from, to);
        int gained = match.isPresent() ? from + match.get().tokens() - table.computed : 0;
        if (gained <= 0) {
            return 0;
        }
        dropPartial(table);
        if (!claims.copy(table, match.get().table().block(next).memory())) {
            return 0;
        }
        table.computed = from + match.get().tokens();
        return gained;
    }

    private void dropPartial(BlockTable table) {
        if (table.size() > table.sealed()) {
            claims.discard(table.removeLast());
            table.computed = table.sealed() * layout.blockTokens();
        }
    }

    /**
     * Copies of the blocks that closing this table would lose: those that are not sealed, as many as there is memory
     * for.
     */
    public Optional<SavedBlocks> save(BlockTable table, int computed) {
        int first = table.sealed();
        List<byte[]> copies = new ArrayList<>();
        while (first + copies.size() < blocksOf(computed) && savedBytes + layout.blockBytes() <= savedBytesMax) {
            copies.add(table.block(first + copies.size()).memory().toArray(ValueLayout.JAVA_BYTE));
            savedBytes += layout.blockBytes();
        }
        int tokens = Math.min(computed, (first + copies.size()) * layout.blockTokens());
        return copies.isEmpty() ? Optional.empty() : Optional.of(new SavedBlocks(first, tokens, copies));
    }

    /**
     * Fills the blocks behind the sealed ones from the copies, as far as these reach that far back.
     *
     * @param table admitted, nothing reserved yet
     * @return tokens given back
     */
    public int restore(BlockTable table, SavedBlocks saved) {
        int before = table.computed;
        int first = table.sealed() - saved.firstBlock();
        if (saved.tokens() <= before || first < 0) {
            return 0;
        }
        dropPartial(table);
        for (int i = first; i < saved.blocks().size(); i++) {
            if (!claims.copy(table, MemorySegment.ofArray(saved.blocks().get(i)))) {
                break;
            }
            table.computed = Math.min(saved.tokens(), table.size() * layout.blockTokens());
        }
        return table.computed - before;
    }

    /** Lets go of the copies; to be called once. */
    public void drop(SavedBlocks saved) {
        savedBytes -= saved.blocks().size() * layout.blockBytes();
    }

    /** Extends the table to hold {@code tokens} tokens; false if the pool ran out, what was claimed stays. */
    public boolean reserve(BlockTable table, int tokens) {
        while (table.size() < blocksOf(tokens)) {
            Optional<HotBlock> block = claims.claim();
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
        table.tokens = tokens;
        table.count = Math.max(table.count, computed);
        table.computed = computed;
        while (table.retain && table.sealed() < computed / layout.blockTokens()) {
            int next = table.sealed();
            table.sealNext(pool.seal(
                    table.block(next), table.key(next, tokens), tokensOf(next, tokens), table.keeping));
            holders.announce(table, next + 1, tokens);
        }
    }

    /**
     * Leaves behind what the table has of the block that its prompt ends in, for who asks the same: a copy, since the
     * answer goes on in the block itself. Only where that takes room from nobody.
     */
    public void leavePromptEnd(BlockTable table) {
        if (partial.worthCopying(table)) {
            claims.claim().ifPresent(block -> {
                block.memory().copyFrom(table.block(table.sealed()).memory());
                claims.release(partial.seal(table, block));
            });
        }
    }

    /** Gives everything back, now or with the last answer of a load; a second call does nothing. */
    public void close(BlockTable table) {
        if (table.closed) {
            return;
        }
        table.closed = true;
        holders.remove(table);
        if (!table.loading()) {
            giveBack(table);
        }
    }

    private void giveBack(BlockTable table) {
        boolean partly = partial.worthLeaving(table);
        /* The last block first: of equally old blocks a prefix is worth more than what follows it. */
        for (int i = table.size() - 1; i >= 0; i--) {
            if (i < table.sealed()) {
                claims.release(table.block(i));
            } else if (partly && i == table.sealed()) {
                claims.release(partial.seal(table, table.block(i)));
            } else {
                claims.discard(table.block(i));
            }
        }
        table.clear();
    }

    private int[] tokensOf(int index, int[] tokens) {
        return Arrays.copyOfRange(tokens, index * layout.blockTokens(), (index + 1) * layout.blockTokens());
    }
}
