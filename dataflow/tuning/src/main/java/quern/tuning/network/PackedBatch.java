package quern.tuning.network;

import java.util.List;

/**
 * Examples one after the other in one batch of rows; none attends to another.
 *
 * @param tokens ids
 * @param labels the id each row is to predict, or {@link #NOT_COUNTED}
 * @param positions from 0 in each example
 * @param segmentFrom row at which each row's example begins
 */
public record PackedBatch(int[] tokens, int[] labels, int[] positions, int[] segmentFrom) {

    /** The label of a row that has no loss. */
    public static final int NOT_COUNTED = -100;

    /**
     * One example.
     *
     * @param labels shifted already: {@code labels[i]} is what should follow {@code tokens[i]}
     */
    public record Segment(int[] tokens, int[] labels) {

        public Segment {
            if (tokens.length == 0 || tokens.length != labels.length) {
                throw new IllegalArgumentException(
                        tokens.length + " tokens, " + labels.length + " labels, expected as many, at least one");
            }
        }

        /** Every token predicts the next one of {@code ids[from..from + count]}, the last included. */
        public static Segment ofText(int[] ids, int from, int count) {
            int[] tokens = new int[count];
            int[] labels = new int[count];
            System.arraycopy(ids, from, tokens, 0, count);
            System.arraycopy(ids, from + 1, labels, 0, count);
            return new Segment(tokens, labels);
        }

        public int count() {
            return tokens.length;
        }
    }

    public static PackedBatch of(List<Segment> segments) {
        int count = segments.stream().mapToInt(Segment::count).sum();
        PackedBatch batch = new PackedBatch(new int[count], new int[count], new int[count], new int[count]);
        int at = 0;
        for (Segment segment : segments) {
            System.arraycopy(segment.tokens, 0, batch.tokens, at, segment.count());
            System.arraycopy(segment.labels, 0, batch.labels, at, segment.count());
            for (int i = 0; i < segment.count(); i++) {
                batch.positions[at + i] = i;
                batch.segmentFrom[at + i] = at;
            }
            at += segment.count();
        }
        return batch;
    }

    /** Rows. */
    public int count() {
        return tokens.length;
    }

    /** Rows that have a loss. */
    public int labelCount() {
        int counted = 0;
        for (int label : labels) {
            counted += label == NOT_COUNTED ? 0 : 1;
        }
        return counted;
    }
}
