package quern.gpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quern.gpu.ComputeTeam;
import quern.gpu.KernelComparison;
import quern.gpu.SelfCheck;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;

/** Attention equals the scalar definition bit for bit, however rows, blocks, sections and threads come together. */
class VectorAttentionTest {

    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final ComputeTeam TEAM = new ComputeTeam(2);

    private final VectorKernels kernels = new VectorKernels(TEAM);
    private final KernelComparison comparison = new KernelComparison(kernels, SEED, 1f);

    @AfterAll
    static void close() {
        TEAM.close();
    }

    private static void same(float difference, String what) {
        assertEquals(0f, difference, () -> what + ", -Dquern.seed=" + SEED);
    }

    static List<ElementType> types() {
        return SelfCheck.cacheTypes();
    }

    private static int[] headSizes(ElementType type) {
        return type == ElementType.Q8_0 ? new int[] {32, 64, 96} : new int[] {1, 6, 8, 12, 16, 20, 48, 64, 80};
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenSizesAreAwkward(ElementType type) {
        for (int size : headSizes(type)) {
            for (int group : new int[] {1, 3}) {
                for (int blockTokens : new int[] {4, 32}) {
                    KvLayout layout = new KvLayout(2, 2, size, blockTokens, type);
                    String sizes = "attention of " + layout + ", group " + group;
                    same(comparison.attention(layout, 2, 37, 37, 2 * group), sizes);
                    same(comparison.attention(layout, 3, 70, 1, 2 * group), sizes + ", decode");
                    same(comparison.attentionBothWays(layout, 37, 2 * group), sizes + ", both ways");
                    AttentionRule window = new AttentionRule(0.3f, 9, 0);
                    same(comparison.attention(layout, window, 2, 37, 37, 2 * group), sizes + ", window");
                    AttentionRule capped = new AttentionRule(0.3f, 33, 2f);
                    same(comparison.attention(layout, capped, 3, 70, 2, 2 * group), sizes + ", window, softcap");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenSectionsAreMany(ElementType type) {
        for (int blockTokens : new int[] {1, 5, 16, 32, 48, 128, 144}) {
            KvLayout layout = new KvLayout(1, 2, 32, blockTokens, type);
            for (int length : new int[] {128, 129, 300}) {
                String sizes = length + " tokens of " + layout;
                same(comparison.attention(layout, 2, length, 1, 14), sizes);
                same(comparison.attention(layout, 1, length, 19, 2), sizes + ", 19 rows");
                AttentionRule window = new AttentionRule(0.2f, 131, 0);
                same(comparison.attention(layout, window, 2, length, 3, 4), sizes + ", window");
                same(comparison.attention(layout, window, 1, length, 40, 2), sizes + ", window, 40 rows");
            }
            same(comparison.attentionBothWays(layout, 150, 2), "both ways, " + layout);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenSequencesShareBlocks(ElementType type) {
        for (int blockTokens : new int[] {32, 100, 256}) {
            KvLayout layout = new KvLayout(1, 2, 32, blockTokens, type);
            for (int shared : new int[] {0, 256 / blockTokens, 1000}) {
                for (AttentionRule rule : List.of(AttentionRule.full(0.2f), new AttentionRule(0.2f, 200, 1.5f))) {
                    String sizes = shared + " blocks shared, " + layout + ", " + rule;
                    same(comparison.attentionSharing(layout, rule, 5, shared, 410, 1, 4), sizes);
                    same(comparison.attentionSharing(layout, rule, 3, shared, 410, 3, 2), sizes + ", 3 rows each");
                    same(comparison.attentionSharing(layout, rule, 2, shared, 390, 20, 2), sizes + ", 20 rows each");
                }
            }
        }
        KvLayout many = new KvLayout(1, 1, 32, 32, type);
        same(comparison.attentionSharing(many, AttentionRule.full(0.2f), 23, 8, 300, 1, 8), "more than a task's pairs");
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldEqualScalarWhenNumbersAreExtreme(ElementType type) {
        KvLayout layout = new KvLayout(1, 1, 32, 32, type);
        for (float spread : new float[] {1e-20f, 30f, 3e4f, 1e19f}) {
            var wild = new KernelComparison(kernels, SEED, spread);
            same(wild.attention(layout, 2, 165, 9, 4), "spread " + spread);
            same(wild.attentionSharing(layout, AttentionRule.full(1f), 3, 4, 165, 1, 4), "shared, spread " + spread);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldIgnoreWhatNoRowSeesWhenBlocksHoldAnything(ElementType type) {
        KvLayout layout = new KvLayout(1, 1, 32, 32, type);
        Rows keys = comparison.rows(150, 32);
        Rows queries = comparison.rows(150, 64);
        Rows clean = new Rows(150, 64);
        Rows found = new Rows(150, 64);
        for (byte fill : new byte[] {0, (byte) 0xff}) {
            MemorySegment[][] blocks = new MemorySegment[150][];
            Arrays.fill(blocks, new MemorySegment[5]);
            for (int i = 0; i < 5; i++) {
                blocks[0][i] = MemorySegment.ofArray(new byte[Math.toIntExact(layout.blockBytes())]).fill(fill);
            }
            int[] positions = new int[150];
            Arrays.setAll(positions, i -> i);
            KvRows kv = new KvRows(layout, blocks, positions);
            kernels.storeKv(keys, keys, 150, kv, 0);
            kernels.attention(queries, 150, 2, AttentionRule.full(0.3f), kv, 0, fill == 0 ? clean : found);
        }
        assertArrayEquals(clean.values(), found.values());
    }

    @Test
    void shouldGiveEachRowTheSameBitsWhenStatesDoNotFit() {
        KvLayout layout = new KvLayout(1, 1, 16, 32, ElementType.F32);
        MemorySegment[] one = blocks(layout, 20);
        MemorySegment[] other = Arrays.stream(one).map(block -> block.asSlice(0)).toArray(MemorySegment[]::new);
        System.arraycopy(blocks(layout, 8), 0, other, 12, 8);
        MemorySegment[][] perRow = new MemorySegment[640][];
        Arrays.fill(perRow, one);
        int[] all = new int[640];
        Arrays.setAll(all, i -> i);
        ScalarKernels definition = new ScalarKernels();
        KvRows filling = new KvRows(layout, perRow, all);
        definition.storeKv(comparison.rows(640, 16), comparison.rows(640, 16), 640, filling, 0);
        KvRows kv = new KvRows(layout, new MemorySegment[][] {one, other, one}, new int[] {639, 600, 200});
        Rows queries = comparison.rows(3, 32);
        Rows expected = new Rows(3, 32);
        definition.attention(queries, 3, 2, AttentionRule.full(0.3f), kv, 0, expected);
        int[] states = {100, 8, 0};
        int[] tasks = {7, 5, 3};
        for (int i = 0; i < states.length; i++) {
            AttentionPlan plan = AttentionPlan.of(kv, 3, AttentionRule.full(0.3f), 2, states[i], 2);
            assertEquals(tasks[i], plan.tasks().size(), "tasks with room for " + states[i] + " states");
            assertArrayEquals(expected.values(), run(plan, kv, queries), "room for " + states[i] + " states");
        }
    }

    @Test
    void shouldGiveEachRowTheSameBitsWhenRowsAreNotCut() {
        KvLayout layout = new KvLayout(1, 1, 16, 32, ElementType.F32);
        MemorySegment[][] rows = new MemorySegment[6][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = blocks(layout, 20);
            int[] all = new int[640];
            Arrays.setAll(all, i -> i);
            MemorySegment[][] same = new MemorySegment[640][];
            Arrays.fill(same, rows[row]);
            new ScalarKernels().storeKv(
                    comparison.rows(640, 16), comparison.rows(640, 16), 640, new KvRows(layout, same, all), 0);
        }
        System.arraycopy(rows[0], 0, rows[1], 0, 12);
        System.arraycopy(rows[0], 0, rows[2], 0, 20);
        System.arraycopy(rows[3], 0, rows[4], 0, 4);
        KvRows kv = new KvRows(layout, rows, new int[] {639, 600, 200, 639, 255, 100});
        Rows queries = comparison.rows(6, 32);
        Rows expected = new Rows(6, 32);
        new ScalarKernels().attention(queries, 6, 2, AttentionRule.full(0.3f), kv, 0, expected);
        AttentionPlan whole = AttentionPlan.of(kv, 6, AttentionRule.full(0.3f), 2, 1000, 1);
        assertEquals(5, whole.endings().size());
        assertArrayEquals(expected.values(), run(whole, kv, queries));
        AttentionPlan cut = AttentionPlan.of(kv, 6, AttentionRule.full(0.3f), 2, 1000, 16);
        assertEquals(0, cut.endings().size());
        assertArrayEquals(expected.values(), run(cut, kv, queries));
        AttentionPlan either = AttentionPlan.of(kv, 6, AttentionRule.full(0.3f), 2, 1000, 3);
        assertArrayEquals(expected.values(), run(either, kv, queries));
    }

    /** All of a plan for one KV head and two query heads of 16. */
    private static float[] run(AttentionPlan plan, KvRows kv, Rows queries) {
        int count = kv.positions().length;
        AttentionStates room = new AttentionStates(16);
        room.ensure(2 * plan.states());
        Rows found = new Rows(count, 32);
        var attention = new VectorAttention(queries, 2, AttentionRule.full(0.3f), kv, 0, found, plan, room);
        AttentionScratch scratch = new AttentionScratch(kv.layout());
        plan.tasks().forEach(task -> attention.run(task, 0, scratch));
        plan.endings().forEach(task -> attention.run(task, 0, scratch));
        for (int row = 0; row < count; row++) {
            if (plan.merges(row)) {
                attention.finish(row, 0, scratch);
            }
        }
        return found.values();
    }

    private static MemorySegment[] blocks(KvLayout layout, int count) {
        MemorySegment[] blocks = new MemorySegment[count];
        Arrays.setAll(blocks, i -> MemorySegment.ofArray(new byte[Math.toIntExact(layout.blockBytes())]));
        return blocks;
    }

    @Test
    void shouldRefuseWhenHeadsDoNotFitTheType() {
        var refused = assertThrows(
                IllegalArgumentException.class, () -> new KvLayout(1, 1, 48, 32, ElementType.Q8_0));
        assertEquals("KV cache type Q8_0 with heads of 48 elements, expected a multiple of 32", refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new KvLayout(1, 1, 64, 32, ElementType.Q4_0));
    }
}
