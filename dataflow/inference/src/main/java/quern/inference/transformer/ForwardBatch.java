package quern.inference.transformer;

import java.util.List;
import quern.gpu.kernel.KvRows;

/**
 * The rows of one step, from any number of sequences. Rows of one sequence are in order of their positions and every
 * position before the first is in its blocks already.
 *
 * @param tokens one per row
 * @param kv blocks and position of each row; the blocks receive the rows' keys and values
 * @param spans rows that an adapter changes; disjoint
 * @param logitRows rows whose logits are wanted, ascending
 */
public record ForwardBatch(int[] tokens, KvRows kv, List<AdapterSpan> spans, int[] logitRows) {

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) run beside {@code adapter}. */
    public record AdapterSpan(int from, int to, LoraMatrices adapter) {}

    public int count() {
        return tokens.length;
    }
}
