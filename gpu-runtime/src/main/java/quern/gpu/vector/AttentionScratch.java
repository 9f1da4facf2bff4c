package quern.gpu.vector;

import java.util.Arrays;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.KvLayout;

/**
 * What one thread needs while it works on a task. A pair is a row and one of the query heads that share the task's KV
 * head; pairs are taken by eights, so all arrays have room for a multiple of eight.
 */
final class AttentionScratch {

    private static final int SECTION = AttentionRule.SECTION_TOKENS;

    final KvTiles tiles;
    /** The task's rows, all sections so far. */
    final AttentionStates states;
    /** The chosen rows, this section. */
    final AttentionStates section;
    float[] queries = new float[0];
    /** {@code [pair][position in section]}. */
    float[] scores = new float[0];
    /** Per pair, the first position of the section that it sees, and the one after the last. */
    int[] firsts = new int[0];
    int[] ends = new int[0];
    /** Rows that see something of the section: how many, which, and their places in the task. */
    int chosen;
    int[] rows = new int[0];
    int[] places = new int[0];
    /** What any of them sees. */
    int begin;
    int end;

    private final int size;
    private final int stride;
    private int pairsMax;

    AttentionScratch(KvLayout layout) {
        this.tiles = new KvTiles(layout);
        this.size = layout.headSize();
        this.stride = KvTiles.valueStrideOf(layout);
        this.states = new AttentionStates(stride);
        this.section = new AttentionStates(stride);
    }

    void ensure(int rowCount, int group) {
        int pairs = Math.ceilDiv(Math.multiplyExact(rowCount, group), 8) * 8;
        if (pairs > pairsMax) {
            queries = new float[pairs * size];
            scores = new float[pairs * SECTION];
            firsts = new int[pairs];
            ends = new int[pairs];
            pairsMax = pairs;
        }
        if (rowCount > rows.length) {
            rows = new int[rowCount];
            places = new int[rowCount];
        }
        states.ensure(pairs);
        section.ensure(pairs);
    }

    /** Sums of products to zero, and queries that only fill up the last eight. */
    void clear(int pairs) {
        int padded = Math.ceilDiv(pairs, 8) * 8;
        Arrays.fill(queries, pairs * size, padded * size, 0f);
        Arrays.fill(scores, 0, padded * SECTION, 0f);
        Arrays.fill(section.values(), 0, padded * stride, 0f);
    }

    /** The end of what is seen by the pairs that are taken together with {@code pair}. */
    int endOf(int pair, int pairs) {
        int last = 0;
        for (int i = pair; i < Math.min(pairs, pair + 8); i++) {
            last = Math.max(last, ends[i]);
        }
        return last;
    }
}
