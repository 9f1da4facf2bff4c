package quern.kv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import quern.config.KvConfig;
import quern.config.QuernException;

/**
 * The files below all stacks of a process: one cold tier, and a warm one for each layout of blocks, opened by the first
 * stack that needs them and closed with the last. Stacks of several models, of the same layout too, work beside each
 * other. Thread-safe.
 */
public final class BlockStore {

    private final KvConfig config;
    private final Path directory;
    private final BlockSeal seal;
    private final RecomputeCosts costs;
    private final LongSupplier nanoClock;
    /** Changed and counted under its own lock, which is never held while a file is opened. */
    private final Map<Long, Shared> warm = new HashMap<>();
    /** What the warm tiers did that are closed by now. */
    private TierStats past = TierStats.of(0);
    private volatile WarmRoom room;
    private volatile ColdStore cold;
    private int coldUsers;

    /** A warm tier and how many stacks use it. */
    private static final class Shared {
        private final WarmTier tier;
        private int users;

        private Shared(WarmTier tier) {
            this.tier = tier;
        }
    }

    private BlockStore(KvConfig config, Path directory, BlockSeal seal, LongSupplier nanoClock) {
        this.config = config;
        this.directory = directory;
        this.seal = seal;
        this.nanoClock = nanoClock;
        costs = RecomputeCosts.in(directory, config.blockTokens(), System::currentTimeMillis);
    }

    /**
     * Opens nothing yet.
     *
     * @param directory the lower tiers' own; may be deleted whenever no process runs
     * @param seal guards what is stored
     */
    public static BlockStore in(Path directory, KvConfig config, BlockSeal seal) {
        return in(directory, config, seal, System::nanoTime);
    }

    static BlockStore in(Path directory, KvConfig config, BlockSeal seal, LongSupplier nanoClock) {
        return new BlockStore(config, directory, seal, nanoClock);
    }

    /**
     * A stack with an arena of its own over these files.
     *
     * @param layout what the bytes mean (shape, element type, arithmetic)
     */
    public TierStack stack(long blockBytes, String layout) {
        BlockImage image = BlockImage.of(blockBytes, config.blockTokens(), layout, seal);
        TierPlan plan = new TierPlan(config, image, costs, nanoClock);
        return new TierStack(plan, LowerTiers.of(this, plan));
    }

    /** The cold tier; empty, after the reason was reported, if it cannot be had. */
    synchronized Optional<KvTier> cold(TierPlan plan, Consumer<String> report) {
        Path path = directory.resolve("cold");
        Optional<ColdTier> tier = attempt("cold", path, report, () -> {
            ColdTier.requireRoom(plan);
            cold = cold == null ? ColdStore.open(path, plan) : cold;
            return new ColdTier(cold, plan.image());
        });
        coldUsers += tier.isPresent() ? 1 : 0;
        return tier.map(opened -> opened);
    }

    /** The warm tier of a layout; empty, after the reason was reported, if it cannot be had. */
    synchronized Optional<KvTier> warm(TierPlan plan, KvTier next, Consumer<String> report) {
        long layout = plan.image().layout();
        WarmPlace place = WarmPlace.of(directory, config);
        Path path = place.directory().resolve(String.format("%016x", layout));
        Optional<Shared> shared = warm.containsKey(layout) ? Optional.of(warm.get(layout))
                : attempt("warm", path, report, () -> {
                    if (room == null) {
                        place.claim(directory);
                        room = WarmRoom.open(place.directory(), config.warm().bytes());
                    }
                    return new Shared(WarmTier.open(room, plan.at(place), next));
                });
        shared.ifPresent(found -> {
            found.users++;
            synchronized (warm) {
                warm.put(layout, found);
            }
        });
        return shared.map(found -> found.tier);
    }

    synchronized void releaseWarm(TierPlan plan) {
        Shared shared = warm.get(plan.image().layout());
        if (--shared.users == 0) {
            synchronized (warm) {
                warm.remove(plan.image().layout());
                past = past.plus(shared.tier.stats().past(), 0);
            }
            shared.tier.close();
        }
    }

    /**
     * What the tiers on disk hold and did for all stacks together; those that never were opened are absent. Waits for
     * no file.
     */
    public Map<BlockPool.Tier, TierStats> stats() {
        Map<BlockPool.Tier, TierStats> stats = new EnumMap<>(BlockPool.Tier.class);
        WarmRoom opened = room;
        if (opened != null) {
            stats.put(BlockPool.Tier.WARM, warmStats(opened.foreignBytes()));
        }
        ColdStore files = cold;
        if (files != null) {
            stats.put(BlockPool.Tier.COLD, files.stats());
        }
        return stats;
    }

    private TierStats warmStats(long foreignBytes) {
        TierStats all = TierStats.of(config.warm().bytes());
        synchronized (warm) {
            all = all.plus(past, foreignBytes);
            for (Shared shared : warm.values()) {
                all = all.plus(shared.tier.stats(), foreignBytes);
            }
        }
        return all;
    }

    synchronized void releaseCold() {
        if (--coldUsers == 0) {
            ColdStore closed = cold;
            cold = null;
            closed.close();
        }
    }

    @FunctionalInterface
    private interface Opening<T> {
        T open() throws IOException;
    }

    /**
     * A damaged cache is emptied and opened anew. One that cannot be opened for another reason (no space, no right, no
     * room for a block) keeps what it has, and the process runs without it.
     */
    private static <T> Optional<T> attempt(String name, Path path, Consumer<String> report, Opening<T> opening) {
        try {
            return Optional.of(opening.open());
        } catch (IOException | RuntimeException | LinkageError e) {
            boolean damaged = e instanceof TierDamaged || e instanceof RuntimeException
                    && !(e instanceof QuernException) && !(e instanceof java.io.UncheckedIOException);
            if (!damaged) {
                report.accept(name + " tier " + path + " is left out: " + e);
                return Optional.empty();
            }
            report.accept(name + " tier " + path + " is damaged and was emptied: " + e);
        }
        try {
            DataDirectory.removeTree(path);
            return Optional.of(opening.open());
        } catch (IOException | RuntimeException | LinkageError e) {
            report.accept(name + " tier " + path + " is left out: " + e);
            return Optional.empty();
        }
    }
}
