package quern.inference.fit;

import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;
import quern.config.DataSize;
import quern.config.EngineConfig;
import quern.config.KvConfig;
import quern.gpu.kernel.KvLayout;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.sampling.SamplingParameters;
import quern.kv.TierStack;

/**
 * What a process does before it says that it is ready: an engine over a {@link Miniature} of the model answers short
 * prompts, one and several at once, until rounds no longer get faster, so that the first request finds kernels,
 * scheduler and sampler compiled. The model itself is not touched, so its size does not matter.
 *
 * @param rounds that were run
 * @param firstNanos of the first round
 * @param bestNanos of the fastest
 * @param failures answers that broke
 */
public record WarmUp(int rounds, long firstNanos, long bestNanos, int failures) {

    /** Nothing was run. */
    public static final WarmUp NONE = new WarmUp(0, 0, 0, 0);

    /** Answers drawn together, one after another in a round. */
    static final int[] BATCHES = {1, 2, 5};
    private static final int ROUNDS_MIN = 4;
    private static final int PROMPT_TOKENS_MAX = 33;
    private static final int ANSWER_TOKENS = 5;
    /** A round counts as faster from here on. */
    private static final double FASTER = 0.95;
    private static final int POOL_TOKENS = 512;

    /**
     * Drives the compute team, so no loop may run meanwhile.
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
        long started = nanoClock.getAsLong();
        LoadedModel small = LoadedModel.load(new Miniature(model), model.kernels(), model.product());
        KvLayout layout = small.kvLayout(kv);
        try (TierStack pool = TierStack.inMemory(memory(kv, layout), layout.blockBytes())) {
            EngineLoop loop = new EngineLoop(small, pool, layout, engine);
            Random random = new Random(1);
            int rounds = 0;
            int failures = 0;
            long first = 0;
            long best = Long.MAX_VALUE;
            long bestAt = started;
            long now = started;
            boolean settled = false;
            while (!settled && now - started < limit.toNanos()) {
                long from = now;
                for (int i = 0; i < BATCHES.length && (i == 0 || now - started < limit.toNanos()); i++) {
                    failures += batch(BATCHES[i], loop, engine, small, random);
                    now = nanoClock.getAsLong();
                }
                first = rounds++ == 0 ? now - from : first;
                if (now - from < best * FASTER) {
                    bestAt = now;
                }
                best = Math.min(best, now - from);
                // Compilations come in waves that grow rarer: half of the time without gain is the end of them.
                settled = rounds >= ROUNDS_MIN && now - bestAt > (now - started) / 2;
            }
            return new WarmUp(rounds, first, best, failures);
        }
    }

    private static KvConfig memory(KvConfig kv, KvLayout layout) {
        DataSize size = new DataSize(Math.max(1 << 20, Math.ceilDiv(POOL_TOKENS, kv.blockTokens())
                * layout.blockBytes()));
        return new KvConfig(kv.blockTokens(), kv.type(), size, size, size, false, false, 0);
    }

    private static int batch(int batch, EngineLoop loop, EngineConfig engine, LoadedModel small, Random random) {
        int context = engine.contextTokens() == 0 ? Integer.MAX_VALUE : engine.contextTokens();
        int prompt = Math.clamp(Math.min(context, small.shape().contextTokens()) - ANSWER_TOKENS, 1,
                PROMPT_TOKENS_MAX);
        for (int i = 0; i < Math.min(batch, Math.min(engine.sequencesMax(), engine.queueMax())); i++) {
            int[] ids = random.ints(prompt, 0, small.shape().vocabulary()).toArray();
            loop.submit(SequenceRequest.of(i, ids, i % 2 == 0
                    ? SamplingParameters.plain(i, ANSWER_TOKENS) : SamplingParameters.greedy(ANSWER_TOKENS)));
        }
        int failures = 0;
        while (loop.hasWork()) {
            failures += (int) loop.step().stream().filter(EngineEvent.Failed.class::isInstance).count();
        }
        return failures;
    }

    /** How much faster the last rounds were than the first. */
    public double gain() {
        return bestNanos == 0 ? 1 : (double) firstNanos / bestNanos;
    }
}
