package quern.inference.rate;

import java.util.List;
import java.util.SplittableRandom;
import quern.config.EngineConfig;
import quern.config.KvConfig;
import quern.config.QuernException;
import quern.gpu.kernel.KvLayout;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineEvent;
import quern.inference.engine.EngineLoop;
import quern.inference.engine.SequenceRequest;
import quern.inference.sampling.SamplingParameters;
import quern.kv.TierStack;

/**
 * An engine of its own that runs {@link RateTest}s on random token ids. The first round of a test computes what lies
 * before its tokens and leaves it in the cache; it and what the compiler has not seen yet make it slow: a warm-up.
 */
public final class RateRun implements AutoCloseable {

    private final LoadedModel model;
    private final TierStack pool;
    private final EngineLoop loop;
    private final int contextTokens;
    private long ids;
    private long rounds;

    /** @param kv its arena holds {@link #arenaBytes} of every test */
    public RateRun(LoadedModel model, KvConfig kv, EngineConfig engine) {
        this.model = model;
        KvLayout layout = model.kvLayout(kv);
        int trained = model.shape().contextTokens();
        this.contextTokens = engine.contextTokens() == 0 ? trained : Math.min(trained, engine.contextTokens());
        this.pool = TierStack.inMemory(kv, layout.blockBytes());
        this.loop = new EngineLoop(model, pool, layout, engine);
    }

    /** Memory for the blocks of a test, and of one stream more so that nothing has to make room. */
    public static long arenaBytes(RateTest test, KvLayout layout) {
        long blocks = Math.ceilDiv(test.contextTokens(), layout.blockTokens()) + 1L;
        return (test.streams() + 1) * blocks * layout.blockBytes();
    }

    /**
     * Runs a test once.
     *
     * @return tokens a second, all streams together
     * @throws QuernException if the model or the arena has no room for it
     */
    public double round(RateTest test) {
        if (test.contextTokens() > contextTokens) {
            throw new QuernException(QuernException.Category.ERROR, test.label() + " needs a context of "
                    + test.contextTokens() + " tokens, the model's holds " + contextTokens);
        }
        rounds++;
        long preemptions = loop.stats().preemptions();
        long fromNs = System.nanoTime();
        for (int stream = 0; stream < test.streams(); stream++) {
            int answer = test.reads() ? 1 : test.tokens() + 1;
            loop.submit(SequenceRequest.of(
                    ++ids, prompt(test, stream), SamplingParameters.greedy(answer).ignoringEos()));
        }
        double rate = test.reads() ? readingRate(test, fromNs) : drawingRate(test);
        if (loop.stats().preemptions() > preemptions) {
            long arenaBytes = pool.blockBytes() * loop.stats().blocksTotal();
            throw new QuernException(QuernException.Category.ERROR,
                    test.label() + " does not fit into the KV arena of " + arenaBytes + " bytes at once");
        }
        return rate;
    }

    private double readingRate(RateTest test, long fromNs) {
        while (loop.hasWork()) {
            step();
        }
        return 1e9 * test.tokens() * test.streams() / (System.nanoTime() - fromNs);
    }

    /** Timed from when each stream has its first token. */
    private double drawingRate(RateTest test) {
        int produced = 0;
        int timed = 0;
        long begun = ids - test.streams();
        boolean[] started = new boolean[test.streams()];
        int waiting = test.streams();
        long fromNs = 0;
        while (loop.hasWork()) {
            for (EngineEvent event : step()) {
                if (event instanceof EngineEvent.TokenProduced token) {
                    int stream = (int) (token.sequenceId() - begun - 1);
                    waiting -= started[stream] ? 0 : 1;
                    started[stream] = true;
                    produced++;
                }
            }
            if (fromNs == 0 && waiting == 0) {
                fromNs = System.nanoTime();
                timed = produced;
            }
        }
        return 1e9 * (produced - timed) / (System.nanoTime() - fromNs);
    }

    private List<EngineEvent> step() {
        List<EngineEvent> events = loop.step();
        loop.takeLoads().forEach(load -> loop.loaded(load, false));
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.Failed failed) {
                throw failed.cause();
            }
        }
        return events;
    }

    /** What lies before is the same in every round; what is to be read never is. */
    private int[] prompt(RateTest test, int stream) {
        int own = test.reads() ? test.tokens() : 1;
        int[] tokens = new int[test.depthTokens() + own];
        var before = new SplittableRandom(test.shared() ? -1 : stream);
        var behind = new SplittableRandom(rounds << 16 | stream);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i < test.depthTokens() ? before : behind).nextInt(model.shape().vocabulary());
        }
        return tokens;
    }

    /** Prompt tokens computed until now, those found in the cache left out. */
    long promptTokens() {
        return loop.stats().promptTokens();
    }

    @Override
    public void close() {
        pool.close();
    }
}
