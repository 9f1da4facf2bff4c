package quern.kv;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import quern.config.KvConfig;

/** Warm and cold tier as one, opened on first use. */
final class LowerTiers implements AutoCloseable {

    private final boolean configured;
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private volatile KvTier warm;
    private volatile KvTier cold;
    private boolean opened;

    private LowerTiers(boolean configured) {
        this.configured = configured;
    }

    static LowerTiers none() {
        return new LowerTiers(false);
    }

    static LowerTiers of(KvConfig config, long blockBytes, String layout, Path directory) {
        return none();
    }

    boolean configured() {
        return configured;
    }

    synchronized void open() {
        opened = true;
    }

    BlockPool.Tier locate(BlockKey key) {
        KvTier first = warm;
        KvTier second = cold;
        if (first != null && first.contains(key)) {
            return BlockPool.Tier.WARM;
        }
        return second != null && second.contains(key) ? BlockPool.Tier.COLD : BlockPool.Tier.ABSENT;
    }

    boolean read(BlockKey key, int[] tokens, MemorySegment target) {
        return warm != null && warm.read(key, tokens, target) || cold != null && cold.read(key, tokens, target);
    }

    boolean write(BlockKey key, int[] tokens, MemorySegment source) {
        KvTier first = warm != null ? warm : cold;
        return first != null && first.write(key, tokens, source);
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

    List<String> reports() {
        return reports;
    }

    @Override
    public synchronized void close() {
        if (warm != null) {
            warm.close();
        }
        if (cold != null) {
            cold.close();
        }
    }
}
