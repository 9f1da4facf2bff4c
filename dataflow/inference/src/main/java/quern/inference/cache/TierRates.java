package quern.inference.cache;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import quern.kv.BlockPool.Tier;

/**
 * How long blocks take from each tier and to the tiers, as measured on this machine while it serves, and what was
 * decided by it. Safe for any thread.
 */
public final class TierRates {

    /** Weight of the latest measurement in the moving average. */
    private static final double LATEST = 0.125;
    /** Loads of which the fastest counts: the first of a process wait for code to be loaded and compiled. */
    private static final int FIRST_LOADS = 8;
    /** A load that took more times the average counts as so many. */
    private static final double OUTLIER = 4;
    /** What a rate keeps of its time whenever it argued against a load: it is tried again some day. */
    private static final double BELIEF = 0.98;

    /**
     * What is known of one tier.
     *
     * @param loadNanos a block takes, lately or before the start; absent until one was loaded
     * @param loads blocks loaded
     * @param chosenToLoad blocks found there that were to be loaded
     * @param chosenToCompute blocks found there that were computed anew, for that was faster
     */
    public record Rate(OptionalLong loadNanos, long loads, long chosenToLoad, long chosenToCompute) {}

    private static final class Measured {
        private double nanos;
        private long loads;
        private long toLoad;
        private long toCompute;
    }

    private final Map<Tier, Measured> tiers = new EnumMap<>(Tier.class);
    private volatile Runnable learned = () -> { };
    private double writeNanos;
    private long written;

    /** A block was loaded. */
    public void loaded(Tier tier, long nanos) {
        measure(tier, nanos);
        learned.run();
    }

    private synchronized void measure(Tier tier, long nanos) {
        Measured measured = of(tier);
        if (measured.nanos == 0) {
            measured.nanos = nanos;
        } else if (measured.loads < FIRST_LOADS) {
            measured.nanos = Math.min(measured.nanos, nanos);
        } else {
            measured.nanos += LATEST * (Math.min(nanos, OUTLIER * measured.nanos) - measured.nanos);
        }
        measured.loads++;
    }

    /** Told from now on after each load, by the thread that made it. */
    public void tell(Runnable listener) {
        learned = listener;
    }

    /** Begins with what was measured before a restart; the first loads can only better it. */
    public synchronized void recall(Map<Tier, Long> loadNanos) {
        loadNanos.forEach((tier, nanos) -> of(tier).nanos = nanos);
    }

    /** What is worth keeping over a restart: of tiers from which more was loaded than the first few blocks. */
    public synchronized Map<Tier, Long> settled() {
        Map<Tier, Long> settled = new EnumMap<>(Tier.class);
        tiers.forEach((tier, measured) -> {
            if (measured.loads >= FIRST_LOADS && measured.nanos >= 1) {
                settled.put(tier, (long) measured.nanos);
            }
        });
        return settled;
    }

    /** Blocks were written, in one batch. */
    public synchronized void written(int blocks, long nanos) {
        double each = (double) nanos / blocks;
        writeNanos = written == 0 ? each : writeNanos + LATEST * (each - writeNanos);
        written += blocks;
    }

    /** A block of the tier is loaded, or computed although the tier has it. */
    synchronized void chose(Tier tier, boolean load) {
        Measured measured = of(tier);
        if (load) {
            measured.toLoad++;
        } else {
            measured.toCompute++;
            measured.nanos *= BELIEF;
        }
    }

    /** What a load takes as far as is known; nothing if none was measured, so that one is. */
    synchronized long loadNanos(Tier tier) {
        return tier == Tier.HOT ? 0 : (long) of(tier).nanos;
    }

    public synchronized Rate rate(Tier tier) {
        Measured measured = of(tier);
        return new Rate(measured.nanos == 0 ? OptionalLong.empty() : OptionalLong.of((long) measured.nanos),
                measured.loads, measured.toLoad, measured.toCompute);
    }

    /** Time a block lately took to be written behind; absent until one was. */
    public synchronized OptionalLong writeNanos() {
        return written == 0 ? OptionalLong.empty() : OptionalLong.of((long) writeNanos);
    }

    /** Blocks written behind. */
    public synchronized long written() {
        return written;
    }

    private Measured of(Tier tier) {
        return tiers.computeIfAbsent(tier, absent -> new Measured());
    }
}
