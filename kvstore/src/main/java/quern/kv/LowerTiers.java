package quern.kv;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.KvConfig;

/** Warm and cold tier as one, opened on first use. */
final class LowerTiers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LowerTiers.class);

    private final BlockStore store;
    private final Optional<TierPlan> plan;
    private final List<String> reports = new CopyOnWriteArrayList<>();
    /** Blocks that are pinned as soon as a tier has them. */
    private final Set<BlockKey> pinned = ConcurrentHashMap.newKeySet();
    private volatile KvTier warm;
    private volatile KvTier cold;
    private boolean opened;

    private LowerTiers(BlockStore store, Optional<TierPlan> plan) {
        this.store = store;
        this.plan = plan;
    }

    static LowerTiers none() {
        return new LowerTiers(null, Optional.empty());
    }

    static LowerTiers of(BlockStore store, TierPlan plan) {
        KvConfig config = plan.config();
        return config.warmEnabled() || config.coldEnabled()
                ? new LowerTiers(store, Optional.of(plan)) : none();
    }

    boolean configured() {
        return plan.isPresent();
    }

    synchronized void open() {
        if (!opened) {
            opened = true;
            plan.ifPresent(this::open);
        }
    }

    private void open(TierPlan open) {
        if (open.config().coldEnabled()) {
            cold = store.cold(open, this::report).orElse(null);
        }
        if (open.config().warmEnabled()) {
            warm = store.warm(open, cold, this::report).orElse(null);
        }
        if (stored()) {
            open.image().seal().rehearse();
        }
    }

    private boolean stored() {
        return tiers().stream().anyMatch(tier -> tier.stats().entries() > 0);
    }

    private void report(String text) {
        reports.add(text);
        LOG.warn(text);
    }

    BlockPool.Tier locate(BlockKey key) {
        KvTier first = warm;
        KvTier second = cold;
        if (first != null && first.contains(key)) {
            return BlockPool.Tier.WARM;
        }
        return second != null && second.contains(key) ? BlockPool.Tier.COLD : BlockPool.Tier.ABSENT;
    }

    /** @return where it was found; {@code ABSENT}: nowhere */
    BlockPool.Tier read(BlockKey key, int[] tokens, MemorySegment target) {
        if (warm != null && warm.read(key, tokens, target)) {
            return BlockPool.Tier.WARM;
        }
        return cold != null && cold.read(key, tokens, target) ? BlockPool.Tier.COLD : BlockPool.Tier.ABSENT;
    }

    /** Writes a block of the cold tier to the warm one, if that is the better place for it than for any other. */
    boolean promote(BlockHead block, BlockSource source) {
        boolean promoted = warm != null && warm.promote(block.key(), block.tokens(), source);
        if (promoted && pinned.contains(block.key())) {
            pin(block.key(), true);
        }
        return promoted;
    }

    /** Writes to the warm tier, or to the cold one if that took it not. */
    boolean write(BlockKey key, int[] tokens, BlockSource source) {
        boolean written = false;
        for (KvTier tier : tiers()) {
            written = tier.write(key, tokens, source);
            if (written || tier.contains(key) || !source.isWhole()) {
                break;
            }
        }
        if (written && pinned.contains(key)) {
            pin(key, true);
        }
        return written;
    }

    private List<KvTier> tiers() {
        List<KvTier> tiers = new ArrayList<>();
        for (KvTier tier : new KvTier[] {warm, cold}) {
            if (tier != null) {
                tiers.add(tier);
            }
        }
        return tiers;
    }

    /** @return blocks among them that are in a tier now */
    int pin(Collection<BlockKey> keys, boolean on) {
        int found = 0;
        for (BlockKey key : keys) {
            if (on) {
                pinned.add(key);
            } else {
                pinned.remove(key);
            }
            found += pin(key, on) ? 1 : 0;
        }
        return found;
    }

    private boolean pin(BlockKey key, boolean on) {
        boolean found = false;
        for (KvTier tier : tiers()) {
            found |= tier.pin(key, on);
        }
        return found;
    }

    void forEachHead(BiConsumer<BlockKey, Optional<BlockHead>> use) {
        tiers().forEach(tier -> tier.forEachHead(use));
    }

    Map<BlockPool.Tier, Integer> purge(Predicate<BlockKey> doomed, boolean wipe) {
        Map<BlockPool.Tier, Integer> purged = new EnumMap<>(BlockPool.Tier.class);
        if (warm != null) {
            purged.put(BlockPool.Tier.WARM, warm.purge(doomed, wipe));
        }
        if (cold != null) {
            purged.put(BlockPool.Tier.COLD, cold.purge(doomed, wipe));
        }
        pinned.removeIf(doomed);
        return purged;
    }

    Map<BlockPool.Tier, TierCheck> verify(TierCheck.Progress progress) {
        Map<BlockPool.Tier, TierCheck> verified = new EnumMap<>(BlockPool.Tier.class);
        if (warm != null) {
            verified.put(BlockPool.Tier.WARM, warm.verify(progress));
        }
        if (cold != null) {
            verified.put(BlockPool.Tier.COLD, cold.verify(progress));
        }
        return verified;
    }

    Map<BlockPool.Tier, TierStats> stats() {
        Map<BlockPool.Tier, TierStats> stats = new EnumMap<>(BlockPool.Tier.class);
        if (warm != null) {
            stats.put(BlockPool.Tier.WARM, warm.stats());
        }
        if (cold != null) {
            stats.put(BlockPool.Tier.COLD, cold.stats());
        }
        return stats;
    }

    /** What went wrong at the opening, and what is closed to blocks now. */
    List<String> reports() {
        List<String> all = new ArrayList<>(reports);
        tiers().forEach(tier -> tier.closed().ifPresent(all::add));
        return all;
    }

    /** A tier that cannot be closed cleanly is rebuilt or emptied at the next start; the process ends all the same. */
    @Override
    public synchronized void close() {
        try {
            if (warm != null) {
                store.releaseWarm(plan.orElseThrow());
            }
        } catch (RuntimeException e) {
            LOG.warn("the warm tier was not closed cleanly", e);
        }
        try {
            if (cold != null) {
                store.releaseCold();
            }
        } catch (RuntimeException e) {
            LOG.warn("the cold tier was not closed cleanly", e);
        }
        warm = null;
        cold = null;
    }
}
