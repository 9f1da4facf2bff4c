package quern.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecomputeCostsTest {

    private static final int BLOCK_TOKENS = 32;

    @TempDir
    Path directory;

    private RecomputeCosts at(long nowMs) {
        return RecomputeCosts.in(directory.resolve("blocks"), BLOCK_TOKENS, () -> nowMs);
    }

    @Test
    void shouldKeepWhatWasMeasuredOfEachLayoutUntilItIsOld() {
        RecomputeCosts first = at(0);
        double unknown = first.of(1).applyAsDouble(0);
        first.measured(1, new RecomputeCost.Measured(3, 64));
        first.measured(2, new RecomputeCost.Measured(7, 32));
        assertEquals(3, first.of(1).applyAsDouble(0));
        RecomputeCosts second = at(RecomputeCosts.AGE_MAX.toMillis());
        assertEquals(3 * (1 + 4 * BLOCK_TOKENS / 64.0), second.of(1).applyAsDouble(4));
        assertEquals(7, second.of(2).applyAsDouble(0));
        assertEquals(unknown, second.of(3).applyAsDouble(0));
        assertEquals(unknown, at(RecomputeCosts.AGE_MAX.toMillis() + 1).of(1).applyAsDouble(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{\"0000000000000001\":null}",
        "{\"0000000000000001\":{\"firstNanosPerByte\":-1,\"doublingTokens\":1,\"measuredAtMs\":0}}"})
    void shouldIgnoreAFileThatCannotBeRead(String content) throws IOException {
        Files.createDirectories(directory.resolve("blocks"));
        Files.writeString(directory.resolve("blocks").resolve(RecomputeCosts.NAME), content);
        RecomputeCosts costs = at(0);
        assertEquals(RecomputeCost.UNKNOWN, costs.of(1).measured());
        costs.measured(1, new RecomputeCost.Measured(3, 64));
        assertEquals(3, at(0).of(1).measured().firstNanos());
    }

    /** Two models in one cold tier: of equal age, the blocks that are computed faster go first. */
    @Test
    void shouldEvictTheBlocksOfTheFasterModelFirst() {
        RecomputeCosts costs = RecomputeCosts.inMemory(BLOCK_TOKENS);
        costs.measured(1, new RecomputeCost.Measured(900, 8192));
        costs.measured(2, new RecomputeCost.Measured(30, 8192));
        ColdIndex index = new ColdIndex(costs, 0);
        for (int i = 0; i < 4; i++) {
            index.add(Blocks.key(i), 1, 100);
            index.add(Blocks.key(100 + i), 2, 100);
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(Blocks.key(100 + i), index.evict().orElseThrow(), "eviction " + i);
        }
        assertTrue(index.contains(Blocks.key(0)));
    }

    @Test
    void shouldTakeAStacksMeasurementForAllOfItsBlocksAndTheNextProcess() {
        BlockStore store = BlockStore.in(directory, Blocks.config(3, Blocks.slotsBytes(4), 0), BlockSeal.PLAIN);
        try (TierStack stack = store.stack(Blocks.BYTES, Blocks.LAYOUT)) {
            stack.cost(5.0 * Blocks.BYTES, 64);
        }
        long layout = BlockImage.of(Blocks.BYTES, Blocks.TOKENS, Blocks.LAYOUT, BlockSeal.PLAIN).layout();
        RecomputeCosts next = RecomputeCosts.in(directory, Blocks.TOKENS, System::currentTimeMillis);
        assertEquals(5.0, next.of(layout).measured().firstNanos());
        assertFalse(next.of(layout + 1).measured().firstNanos() == 5.0);
    }
}
