package quern.inference.fit;

import java.time.Duration;
import java.util.function.LongSupplier;
import quern.config.EngineConfig;
import quern.config.KvConfig;
import quern.inference.LoadedModel;

/**
 * What {@link WarmUpRounds} came to.
 *
 * @param rounds that were begun
 * @param firstNanos of the first round
 * @param bestNanos of the fastest
 * @param failures answers that broke
 */
public record WarmUp(int rounds, long firstNanos, long bestNanos, int failures) {

    /** Nothing was run. */
    public static final WarmUp NONE = new WarmUp(0, 0, 0, 0);

    /**
     * Runs rounds until they no longer get faster. Drives the compute team, so no loop may run meanwhile.
     *
     * @param limit how long at most; a batch that has begun ends
     */
    public static WarmUp run(LoadedModel model, EngineConfig engine, KvConfig kv, Duration limit) {
        return run(model, engine, kv, limit, System::nanoTime);
    }

    static WarmUp run(
            LoadedModel model, EngineConfig engine, KvConfig kv, Duration limit, LongSupplier nanoClock) {
        if (limit.isZero()) {
            return NONE;
        }
        try (WarmUpRounds rounds = new WarmUpRounds(model, engine, kv, nanoClock)) {
            while (!rounds.settled() && rounds.spentNanos() < limit.toNanos()) {
                rounds.batch();
            }
            return rounds.done();
        }
    }

    /** How much faster the last rounds were than the first. */
    public double gain() {
        return bestNanos == 0 ? 1 : (double) firstNanos / bestNanos;
    }
}
