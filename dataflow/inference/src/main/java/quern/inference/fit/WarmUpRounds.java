package quern.inference.fit;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
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
 * An engine over a {@link Miniature} of a model that answers short prompts, one and several at once, and a longer one
 * whose beginning is known, round after round, so that requests find kernels, scheduler and sampler compiled. The
 * model itself is not touched, so its size does not matter. Each batch drives the compute team, so no other loop may
 * run meanwhile.
 */
public final class WarmUpRounds implements AutoCloseable {

    /** One answer to a prompt behind a beginning that was answered before: few rows that look back at many. */
    private static final int BEHIND = 0;
    /** Answers drawn together, one after another in a round. */
    static final int[] BATCHES = {1, 2, 5, BEHIND};
    private static final int ROUNDS_MIN = 4;
    private static final int PROMPT_TOKENS_MAX = 33;
    private static final int ANSWER_TOKENS = 5;
    /** A round counts as faster from here on. */
    private static final double FASTER = 0.95;
    private static final int KNOWN_TOKENS_MAX = 256;
    private static final int POOL_TOKENS = 1024;

    private final EngineConfig engine;
    private final LongSupplier nanoClock;
    private final LoadedModel small;
    private final TierStack pool;
    private final EngineLoop loop;
    private final Random random = new Random(1);
    private int batches;
    private int failures;
    /** Of the batches of this round. */
    private long roundNanos;
    private long first;
    private long best = Long.MAX_VALUE;
    private long spent;
    private long spentAtBest;

    /** @param nanoClock as {@link System#nanoTime} */
    public WarmUpRounds(LoadedModel model, EngineConfig engine, KvConfig kv, LongSupplier nanoClock) {
        this.engine = engine;
        this.nanoClock = nanoClock;
        this.small = LoadedModel.load(new Miniature(model), model.kernels(), model.product());
        KvLayout layout = small.kvLayout(kv);
        this.pool = TierStack.inMemory(memory(kv, layout), layout.blockBytes());
        this.loop = new EngineLoop(small, pool, layout, engine);
    }

    private static KvConfig memory(KvConfig kv, KvLayout layout) {
        DataSize size = new DataSize(Math.max(1 << 20, Math.ceilDiv(POOL_TOKENS, kv.blockTokens())
                * layout.blockBytes()));
        return new KvConfig(kv.blockTokens(), kv.type(), size, size, size, false, false, 0);
    }

    /** Answers the next batch. */
    public void batch() {
        long from = nanoClock.getAsLong();
        answer(BATCHES[batches++ % BATCHES.length]);
        long nanos = nanoClock.getAsLong() - from;
        spent += nanos;
        roundNanos += nanos;
        if (batches <= BATCHES.length) {
            first = roundNanos;
        }
        if (batches % BATCHES.length == 0) {
            if (roundNanos < best * FASTER) {
                spentAtBest = spent;
            }
            best = Math.min(best, roundNanos);
            roundNanos = 0;
        }
    }

    private void answer(int count) {
        int context = Math.min(engine.contextTokens() == 0 ? Integer.MAX_VALUE : engine.contextTokens(),
                small.shape().contextTokens());
        int prompt = Math.clamp(context - ANSWER_TOKENS, 1, PROMPT_TOKENS_MAX);
        int known = count == BEHIND ? Math.clamp(context - ANSWER_TOKENS - prompt, 0, KNOWN_TOKENS_MAX) : 0;
        int[] first = IntStream.range(0, known).map(i -> i % small.shape().vocabulary()).toArray();
        for (int i = 0; i < Math.min(Math.max(1, count), Math.min(engine.sequencesMax(), engine.queueMax())); i++) {
            IntStream rest = random.ints(prompt, 0, small.shape().vocabulary());
            int[] ids = IntStream.concat(Arrays.stream(first), rest).toArray();
            loop.submit(SequenceRequest.of(i, ids, i % 2 == 0
                    ? SamplingParameters.plain(i, ANSWER_TOKENS) : SamplingParameters.greedy(ANSWER_TOKENS)));
        }
        while (loop.hasWork()) {
            failures += (int) loop.step().stream().filter(EngineEvent.Failed.class::isInstance).count();
        }
    }

    /** Whether rounds no longer get faster. */
    public boolean settled() {
        // Compilations come in waves that grow rarer: half of the time without gain is the end of them.
        return batches >= ROUNDS_MIN * BATCHES.length && batches % BATCHES.length == 0
                && spent - spentAtBest > spent / 2;
    }

    /** Time that the batches took. */
    public long spentNanos() {
        return spent;
    }

    /** What was done until now. */
    public WarmUp done() {
        return new WarmUp(Math.ceilDiv(batches, BATCHES.length), first, Math.min(best, first), failures);
    }

    @Override
    public void close() {
        pool.close();
    }
}
