package quern.actors.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import quern.inference.cache.BlockLoad;
import quern.inference.cache.TierRates;
import quern.inference.engine.EngineLoop;
import quern.kv.BlockPool;
import quern.kv.BlockPool.Tier;

/**
 * What goes between the arena and the tiers below it while an engine runs: loads that sequences wait for, and the
 * writing behind of sealed blocks. All of it happens on the I/O threads, at most one batch of writes at a time; the
 * engine's thread starts it and is told when it is over.
 */
final class TierTraffic {

    private static final int WRITE_BEHIND_BLOCKS = 32;

    private record Outcome(BlockLoad load, boolean found) {}

    /** Loads that are over. */
    record Loaded(EngineLoop asking, List<Outcome> outcomes) {}

    private final BlockPool pool;
    private final Executor io;
    private final TierRates rates;
    private boolean writing;
    /** Blocks were sealed since the batch under way began, which may have looked for them too early. */
    private boolean wanted;
    private int reading;

    /** @param rates told how long each load and each batch of writes took */
    TierTraffic(BlockPool pool, Executor io, TierRates rates) {
        this.pool = pool;
        this.io = io;
        this.rates = rates;
    }

    /** Whether loads are under way that have not been {@link #taken}. */
    boolean reads() {
        return reading > 0;
    }

    /** Whether a batch of writes is under way that was not yet reported as {@link #written}. */
    boolean writes() {
        return writing;
    }

    /** Begins loads; whatever comes of them is to be {@link #taken}. */
    CompletableFuture<Loaded> read(EngineLoop asking, List<BlockLoad> loads) {
        reading++;
        return CompletableFuture
                .supplyAsync(() -> new Loaded(asking, loads.stream().map(this::carryOut).toList()), io)
                .exceptionally(failure -> new Loaded(
                        asking, loads.stream().map(load -> new Outcome(load, false)).toList()));
    }

    private Outcome carryOut(BlockLoad load) {
        try {
            Tier tier = pool.locate(load.key());
            long from = System.nanoTime();
            boolean found = pool.load(load.key(), load.tokens(), load.target());
            if (found) {
                rates.loaded(tier, System.nanoTime() - from);
            }
            return new Outcome(load, found);
        } catch (RuntimeException | Error failure) {
            // A tier that cannot be read is a miss: the block is computed again.
            return new Outcome(load, false);
        }
    }

    /** Ends loads; the loop hears of them if it is the one that asked. */
    void taken(Loaded loaded, Optional<EngineLoop> serving) {
        reading--;
        serving.filter(loop -> loop == loaded.asking()).ifPresent(
                loop -> loaded.outcomes().forEach(outcome -> loop.loaded(outcome.load(), outcome.found())));
    }

    /** Begins a batch of writes unless one is under way; its end is to be reported as {@link #written}. */
    Optional<CompletableFuture<Integer>> writeBehind() {
        if (writing) {
            wanted = true;
            return Optional.empty();
        }
        writing = true;
        return Optional.of(CompletableFuture.supplyAsync(this::write, io).exceptionally(failure -> 0));
    }

    private int write() {
        long from = System.nanoTime();
        int blocks = pool.writeBehind(WRITE_BEHIND_BLOCKS);
        if (blocks > 0) {
            rates.written(blocks, System.nanoTime() - from);
        }
        return blocks;
    }

    /** Ends a batch. @return whether there may be more to write */
    boolean written(int blocks) {
        boolean more = blocks > 0 || wanted;
        writing = false;
        wanted = false;
        return more;
    }
}
