package quern.tuning.network;

import java.util.Arrays;
import quern.gpu.kernel.AttentionWindow;
import quern.inference.transformer.ModelShape;

/** Rows {@code from} to {@code to - 1} of a batch; arrays begin at {@code from}. */
record BatchWindow(int from, int to, int[] tokens, int[] labels, int[] positions, AttentionWindow attention) {

    static BatchWindow of(PackedBatch batch, int from, int to, ModelShape shape) {
        float scale = (float) (1.0 / Math.sqrt(shape.headSize()));
        return new BatchWindow(
                from, to, Arrays.copyOfRange(batch.tokens(), from, to), Arrays.copyOfRange(batch.labels(), from, to),
                Arrays.copyOfRange(batch.positions(), from, to),
                new AttentionWindow(from, to, shape.heads(), shape.kvHeads(), scale, batch.segmentFrom()));
    }

    /** Rows {@code first} to {@code end - 1} of the window, counted from its first. */
    BatchWindow part(int first, int end) {
        if (first == 0 && end == count()) {
            return this;
        }
        return new BatchWindow(
                from + first, from + end, Arrays.copyOfRange(tokens, first, end),
                Arrays.copyOfRange(labels, first, end), Arrays.copyOfRange(positions, first, end),
                new AttentionWindow(from + first, from + end, attention.heads(), attention.kvHeads(),
                        attention.scale(), attention.segmentFrom()));
    }

    int count() {
        return to - from;
    }

    /** Whether no row of the batch comes after these. */
    boolean last() {
        return to == attention.segmentFrom().length;
    }
}
