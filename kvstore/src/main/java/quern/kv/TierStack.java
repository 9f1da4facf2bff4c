package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import quern.config.KvConfig;
import quern.config.QuernException;

/**
 * The arena with the tiers below it. Sealed blocks wait in a bounded queue until {@link #writeBehind} copies them to
 * the warm tier, which hands what it evicts to the cold one; {@link #load} brings them back.
 *
 * <p>{@link #open} itself reads no disk. Until {@link #openLower} has run (or the first load or write did it), lower
 * tiers count as empty. A lower tier that cannot be opened is left out and reported, it never keeps a process from
 * starting.
 */
public final class TierStack implements BlockPool {

    private final long blockBytes;
    private final int blockTokensMax;
    private final Arena arena;
    private final LowerTiers lower;
    private final TierPlan plan;
    private final int queueMax;
    private final LinkedHashSet<BlockKey> queue = new LinkedHashSet<>();
    private final Promotions promotions;
    private final ReentrantLock writing = new ReentrantLock();
    private final java.lang.foreign.Arena stagingMemory = java.lang.foreign.Arena.ofShared();
    /** For a block on its way from the cold tier to the warm one. */
    private MemorySegment staging;

    TierStack(TierPlan plan, LowerTiers lower) {
        KvConfig config = plan.config();
        blockBytes = plan.image().blockBytes();
        if (blockBytes < 1) {
            throw new IllegalArgumentException("blocks of " + blockBytes + " bytes, expected at least 1");
        }
        long slots = config.hot().bytes() / blockBytes;
        if (slots < 1 || slots > Integer.MAX_VALUE - 8) {
            throw new QuernException(
                    QuernException.Category.ERROR,
                    "kv.hot = " + config.hot() + " holds " + slots + " blocks of " + blockBytes
                            + " bytes, expected 1 to 2^31");
        }
        this.plan = plan;
        this.blockTokensMax = config.blockTokens();
        this.arena = new Arena(blockBytes, (int) slots, plan.cost(), this::unqueue);
        this.lower = lower;
        this.queueMax = config.writeBehindBlocksMax();
        this.promotions = new Promotions(queueMax);
    }

    /** The arena alone: nothing is written anywhere. */
    public static TierStack inMemory(KvConfig config, long blockBytes) {
        BlockImage image = BlockImage.of(blockBytes, config.blockTokens(), "", BlockSeal.PLAIN);
        return new TierStack(new TierPlan(config, image, RecomputeCosts.inMemory(config.blockTokens()),
                System::nanoTime), LowerTiers.none());
    }

    /**
     * @param blockBytes bytes of every block
     * @param layout what the bytes mean (shape, element type, arithmetic); stored blocks of another layout are misses
     * @param directory the lower tiers' own; may be deleted whenever no process runs
     */
    public static TierStack open(KvConfig config, long blockBytes, String layout, Path directory) {
        return open(config, blockBytes, layout, directory, BlockSeal.PLAIN);
    }

    /** The same. @param seal guards what the lower tiers store */
    public static TierStack open(
            KvConfig config, long blockBytes, String layout, Path directory, BlockSeal seal) {
        return BlockStore.in(directory, config, seal).stack(blockBytes, layout);
    }

    /** Opens warm and cold tier, once; blocks for up to seconds, so it belongs on an I/O thread. */
    public void openLower() {
        lower.open();
    }

    /** Tells from now on how long blocks stay in the arena. */
    public void observe(BlockObserver observer) {
        arena.observe(observer, System::nanoTime);
    }

    /**
     * Values blocks of this layout by what they cost from now on, also after a restart and while no stack has them.
     * Writes a small file.
     *
     * @param blockNanos of computing the first block of a prompt again
     * @param doublingTokens tokens of context that double the cost of a token
     */
    public void cost(double blockNanos, double doublingTokens) {
        plan.costs().measured(
                plan.image().layout(), new RecomputeCost.Measured(blockNanos / blockBytes, doublingTokens));
    }

    @Override
    public long blockBytes() {
        return blockBytes;
    }

    @Override
    public Optional<HotBlock> claim() {
        return arena.claim();
    }

    @Override
    public HotBlock seal(HotBlock claimed, BlockKey key, int[] tokens, Keeping keeping) {
        requireTokens(tokens);
        Arena.Sealed sealed = arena.seal(claimed, key, tokens, keeping);
        if (sealed.wanted() && lower.configured()) {
            enqueue(key);
        }
        return sealed.block();
    }

    @Override
    public void keep(HotBlock pinned) {
        if (lower.configured()) {
            arena.keep(pinned).ifPresent(this::enqueue);
        }
    }

    private void requireTokens(int[] tokens) {
        if (tokens.length < 1 || tokens.length > blockTokensMax) {
            throw new IllegalArgumentException(
                    "block of " + tokens.length + " tokens, expected 1 to " + blockTokensMax);
        }
    }

    private void enqueue(BlockKey key) {
        synchronized (queue) {
            if (queue.size() < queueMax) {
                queue.add(key);
                return;
            }
        }
        arena.countSkipped();
    }

    private void unqueue(BlockKey evicted) {
        synchronized (queue) {
            if (!queue.remove(evicted)) {
                return;
            }
        }
        arena.countSkipped();
    }

    @Override
    public Optional<HotBlock> pinHot(BlockKey key, int[] tokens) {
        return arena.pinHot(key, tokens);
    }

    @Override
    public Tier locate(BlockKey key) {
        return arena.contains(key) ? Tier.HOT : lower.locate(key);
    }

    @Override
    public boolean load(BlockKey key, int[] tokens, HotBlock claimed) {
        lower.open();
        Tier found = lower.read(key, tokens, claimed.memory());
        if (found == Tier.ABSENT) {
            return false;
        }
        if (found == Tier.COLD) {
            promotions.read(key, tokens);
        }
        arena.markStored(claimed);
        return true;
    }

    @Override
    public void release(HotBlock pinned) {
        arena.release(pinned);
    }

    @Override
    public void discard(HotBlock claimed) {
        arena.discard(claimed);
    }

    @Override
    public int reclaim() {
        return arena.reclaim();
    }

    @Override
    public int availableBlocks() {
        return arena.availableBlocks();
    }

    /** Blocks that wait for {@link #writeBehind}. */
    public int pendingBlocks() {
        synchronized (queue) {
            return queue.size();
        }
    }

    @Override
    public int writeBehind(int blocksMax) {
        if (!lower.configured()) {
            return 0;
        }
        writing.lock();
        try {
            lower.open();
            int written = 0;
            while (written < blocksMax) {
                BlockKey key = nextPending();
                if (key == null) {
                    break;
                }
                written += write(key) ? 1 : 0;
            }
            return written + promote(blocksMax - written);
        } finally {
            writing.unlock();
        }
    }

    private int promote(int blocksMax) {
        int promoted = 0;
        while (promoted < blocksMax) {
            Optional<BlockHead> next = promotions.next();
            if (next.isEmpty()) {
                break;
            }
            promoted += promote(next.get()) ? 1 : 0;
        }
        return promoted;
    }

    /** Takes a block of the cold tier from the arena, where it is most often, too. */
    private boolean promote(BlockHead block) {
        Optional<Arena.Seen> hot = arena.look(block.key());
        if (hot.isPresent()) {
            return lower.promote(new BlockHead(hot.get().key(), hot.get().tokens()), hot.get().source());
        }
        if (staging == null) {
            staging = stagingMemory.allocate(blockBytes);
        }
        return lower.read(block.key(), block.tokens(), staging) == Tier.COLD
                && lower.promote(block, BlockSource.of(staging));
    }

    private BlockKey nextPending() {
        synchronized (queue) {
            return queue.isEmpty() ? null : queue.removeFirst();
        }
    }

    private boolean write(BlockKey key) {
        if (lower.locate(key) != Tier.ABSENT) {
            arena.markStored(key);
            return false;
        }
        Optional<Arena.Seen> block = arena.look(key);
        boolean written = block.isPresent() && lower.write(key, block.get().tokens(), block.get().source());
        if (written) {
            arena.markStored(key);
        } else if (block.isEmpty() || !block.get().source().isWhole()) {
            arena.countSkipped();
        }
        return written;
    }

    /**
     * Keeps blocks in the lower tiers until they are unpinned: those that are there now and those that come. Pins are
     * not stored.
     *
     * @return how many of them are in a lower tier now
     */
    public int pin(Collection<BlockKey> keys) {
        return lower.pin(keys, true);
    }

    /** Undoes {@link #pin}. @return how many of them are in a lower tier now */
    public int unpin(Collection<BlockKey> keys) {
        return lower.pin(keys, false);
    }

    /**
     * Drops blocks from every tier, and all that continue them. Blocks in use are not found from now on and go when
     * their last user lets go. Blocks on disks; nothing is written behind meanwhile.
     *
     * @param doomed asked about every block that can be read; what cannot be read is dropped if {@code wipe}
     * @param wipe whether what the blocks left in memory and on disk is overwritten or deleted, with everything of
     *     other layouts that may hold the same
     * @return blocks dropped in each tier
     * @throws java.io.UncheckedIOException if a disk did not take it; to be tried again
     */
    public Map<Tier, Integer> purge(Predicate<BlockHead> doomed, boolean wipe) {
        writing.lock();
        try {
            lower.open();
            Set<BlockKey> keys = new BlockFamily(doomed, wipe).members(arena.heads(), lower);
            promotions.clear();
            Map<Tier, Integer> purged = new EnumMap<>(Tier.class);
            purged.put(Tier.HOT, arena.purge(keys::contains));
            purged.putAll(lower.purge(keys::contains, wipe));
            if (wipe && staging != null) {
                staging.fill((byte) 0);
            }
            return purged;
        } finally {
            writing.unlock();
        }
    }

    /** Tells key and tokens of every block of every tier that can be read; one in two tiers is told twice. */
    public void forEachHead(Consumer<BlockHead> use) {
        lower.open();
        arena.heads().forEach(use);
        lower.forEachHead((key, head) -> head.ifPresent(use));
    }

    /** Reads every block of the lower tiers and drops the damaged ones. Blocks on disks, beside everything else. */
    public Map<Tier, TierCheck> verify(TierCheck.Progress progress) {
        lower.open();
        return lower.verify(progress);
    }

    /** What each tier holds and did; tiers that are switched off or did not open are absent. */
    public Map<Tier, TierStats> stats() {
        Map<Tier, TierStats> stats = new EnumMap<>(Tier.class);
        stats.put(Tier.HOT, arena.stats());
        stats.putAll(lower.stats());
        return stats;
    }

    /** Why a lower tier was emptied or left out at this open, or takes no blocks now; for the health report. */
    public List<String> reports() {
        return new ArrayList<>(lower.reports());
    }

    /** Writes what still waits, then closes every tier; no block may be in use. */
    @Override
    public void close() {
        try (arena;
                stagingMemory;
                lower) {
            if (pendingBlocks() > 0) {
                writeBehind(Integer.MAX_VALUE);
            }
        }
    }
}
