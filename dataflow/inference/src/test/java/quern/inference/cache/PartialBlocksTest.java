package quern.inference.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.ElementType;
import quern.inference.MemoryBlockPool;
import quern.inference.cache.Admission.Admitted;

/** What a prompt or an answer ends with is found again, copied, and only by those it belongs to. */
class PartialBlocksTest {

    private static final KvLayout LAYOUT = new KvLayout(1, 1, 4, 8, ElementType.F32);

    private final MemoryBlockPool pool = new MemoryBlockPool(12, LAYOUT.blockBytes());
    private final KvBlocks blocks = new KvBlocks(pool, LAYOUT, "model", "F32:scalar:1");
    private final int[] tokens = IntStream.range(0, 60).toArray();

    @AfterEach
    void shouldHoldNothingInTheEnd() {
        assertEquals(0, blocks.held());
        assertEquals(12, pool.availableBlocks());
    }

    private BlockTable admitted(BlockTable table, int count) {
        List<BlockLoad> loads = assertInstanceOf(Admitted.class, blocks.admit(1, table, tokens, count)).loads();
        loads.forEach(load -> blocks.answer(
                table, load, pool.load(load.key(), load.tokens(), load.target())));
        return table;
    }

    /** Computes a prompt, leaves its end, computes an answer behind it, and ends. */
    private void ask(BlockTable table, int prompt, int all) {
        admitted(table, all);
        assertTrue(blocks.reserve(table, all));
        for (int i = table.sealed(); i < table.size(); i++) {
            table.block(i).memory().fill((byte) (i + 1));
        }
        blocks.sealFull(table, tokens, prompt);
        blocks.leavePromptEnd(table);
        blocks.sealFull(table, tokens, all);
        blocks.close(table);
    }

    private int found(int count) {
        BlockTable table = admitted(blocks.open("", "", true), count);
        int found = table.computed();
        if (table.size() > table.sealed()) {
            assertEquals(table.size(), table.memory()[table.sealed()].get(ValueLayout.JAVA_BYTE, 0));
        }
        blocks.close(table);
        return found;
    }

    @Test
    void shouldFindAllOfAnEqualPromptButItsLastToken() {
        ask(blocks.open("", "", true), 22, 40);
        assertEquals(21, found(22));
        assertEquals(39, found(40), "the last block is full, and all but one of its tokens are taken");
        assertEquals(40, found(45));
        assertEquals(16, found(20), "nobody left just these");
    }

    @Test
    void shouldGoOnWhereAnAnswerEnded() {
        ask(blocks.open("", "", true), 10, 29);
        assertEquals(29, found(34));
        assertEquals(8, found(12), "two tokens of a prompt's end are not worth a block");
        tokens[27] = 999;
        assertEquals(24, found(34));
    }

    @Test
    void shouldFindThemInLowerTiersToo() {
        ask(blocks.open("", "", true), 22, 29);
        pool.evictAll();
        assertEquals(21, found(22));
        pool.evictAll();
        assertEquals(29, found(32));
    }

    @Test
    void shouldGiveNoneToOthersAndLeaveNoneUnasked() {
        ask(blocks.open("", "a", true), 22, 29);
        assertEquals(0, found(34));
        ask(blocks.open("", "", false), 22, 29);
        assertEquals(0, found(34));
    }

    @Test
    void shouldTakeFromNobodyForAPromptsEnd() {
        BlockTable other = blocks.open("", "b", true);
        admitted(other, 56);
        assertTrue(blocks.reserve(other, 56));
        ask(blocks.open("", "", true), 22, 40);
        blocks.close(other);
        assertEquals(16, found(22));
    }
}
