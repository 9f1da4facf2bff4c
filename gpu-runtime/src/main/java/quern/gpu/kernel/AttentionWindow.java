package quern.gpu.kernel;

/**
 * A stretch of a packed batch whose queries attend: rows {@code from} to {@code to - 1}, each to the rows from its
 * example's first to itself. A batch is cut into windows as one likes: gradients are summed per block of
 * {@value #BLOCK} rows, and a window holds whole blocks, so the cuts change no bit.
 *
 * @param from a multiple of {@value #BLOCK}
 * @param to a multiple of {@value #BLOCK}, or the end of the batch
 * @param scale multiplies each score
 * @param segmentFrom of each row of the batch, the row at which its example begins
 */
public record AttentionWindow(int from, int to, int heads, int kvHeads, float scale, int[] segmentFrom) {

    /** Rows whose gradients are summed together. */
    public static final int BLOCK = 32;

    public AttentionWindow {
        if (from < 0 || from >= to || to > segmentFrom.length || from % BLOCK != 0
                || to % BLOCK != 0 && to != segmentFrom.length) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " of " + segmentFrom.length
                    + ", expected whole blocks of " + BLOCK);
        }
        if (kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    heads + " query heads, " + kvHeads + " KV heads: expected whole groups");
        }
        for (int t = from; t < to; t++) {
            if (segmentFrom[t] != t && (t == 0 || segmentFrom[t] != segmentFrom[t - 1])) {
                throw new IllegalArgumentException("row " + t + " starts at " + segmentFrom[t]
                        + ", expected itself or the start of the row before");
            }
        }
    }

    /** Rows of the window. */
    public int count() {
        return to - from;
    }

    /** Query heads that share one of keys and values. */
    public int groupHeads() {
        return heads / kvHeads;
    }
}
