package quern.actors.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import quern.config.DataSize;
import quern.config.KvConfig;
import quern.inference.cache.TierRates;
import quern.kv.TierStack;

class TierTrafficTest {

    private final Deque<Runnable> io = new ArrayDeque<>();
    private final TierStack pool = TierStack.inMemory(new KvConfig(4, KvConfig.ElementType.F16,
            DataSize.parse("1MiB"), DataSize.parse("1MiB"), DataSize.parse("1MiB"), false, false, 4), 64);
    private final TierTraffic traffic = new TierTraffic(pool, io::add, new TierRates());

    @Test
    void shouldWriteAgainWhenBlocksWereSealedWhileABatchFoundNothing() {
        var first = traffic.writeBehind().orElseThrow();
        io.remove().run();
        assertEquals(0, first.join());
        assertTrue(traffic.writeBehind().isEmpty(), "the end of the batch was not reported yet");
        assertTrue(traffic.written(0), "what was sealed meanwhile would wait for the next request");
        assertFalse(traffic.writes());
        traffic.writeBehind().orElseThrow();
        io.remove().run();
        assertFalse(traffic.written(0));
    }

    @Test
    void shouldEndABatchWhenItBreaks() {
        var broken = new TierTraffic(pool, task -> task.run(), new TierRates());
        pool.close();
        assertEquals(0, broken.writeBehind().orElseThrow().join());
        assertFalse(broken.written(0));
    }
}
