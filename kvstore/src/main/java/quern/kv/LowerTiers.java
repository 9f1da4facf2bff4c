package quern.kv;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.config.KvConfig;

/** Warm and cold tier as one, opened on first use. */
final class LowerTiers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LowerTiers.class);

    private final Optional<Plan> plan;
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private volatile KvTier warm;
    private volatile KvTier cold;
    private boolean opened;

    private record Plan(KvConfig config, BlockImage image, Path directory) {}

    private LowerTiers(Optional<Plan> plan) {
        this.plan = plan;
    }

    static LowerTiers none() {
        return new LowerTiers(Optional.empty());
    }

    static LowerTiers of(KvConfig config, long blockBytes, String layout, Path directory, BlockSeal seal) {
        BlockImage image = BlockImage.of(blockBytes, config.blockTokens(), layout, seal);
        return config.warmEnabled() || config.coldEnabled()
                ? new LowerTiers(Optional.of(new Plan(config, image, directory)))
                : none();
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

    private void open(Plan open) {
        KvConfig config = open.config();
        if (config.coldEnabled()) {
            Path path = open.directory().resolve("cold");
            cold = attempt("cold", path, () -> ColdTier.open(path, open.image(), config.cold().bytes()));
        }
        if (config.warmEnabled()) {
            Path path = open.directory().resolve("warm");
            warm = attempt("warm", path, () -> WarmTier.open(path, open.image(), config.warm().bytes(), cold));
        }
    }

    @FunctionalInterface
    private interface Opening {
        KvTier open() throws IOException;
    }

    /** A cache that does not open is emptied and opened anew; if that fails too, the process runs without it. */
    private KvTier attempt(String name, Path path, Opening opening) {
        try {
            return opening.open();
        } catch (IOException | RuntimeException | LinkageError e) {
            report(name + " tier " + path + " did not open and is emptied: " + e);
        }
        try {
            DataDirectory.removeTree(path);
            return opening.open();
        } catch (IOException | RuntimeException | LinkageError e) {
            report(name + " tier " + path + " is left out: " + e);
            return null;
        }
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

    /** A tier that cannot be closed cleanly is rebuilt or emptied at the next start; the process ends all the same. */
    @Override
    public synchronized void close() {
        for (KvTier tier : new KvTier[] {warm, cold}) {
            try {
                if (tier != null) {
                    tier.close();
                }
            } catch (RuntimeException e) {
                LOG.warn("a cache tier was not closed cleanly", e);
            }
        }
    }
}
