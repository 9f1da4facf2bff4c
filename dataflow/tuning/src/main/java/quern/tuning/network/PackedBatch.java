package quern.tuning.network;

import java.util.Arrays;
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
     * One example: a sequence, or a pair of them, which do not see each other.
     *
     * @param labels shifted already: {@code labels[i]} is what should follow {@code tokens[i]}
     * @param rejectedFrom where the second sequence of a pair begins, the first of which is to be preferred; 0: no pair
     */
    public record Segment(int[] tokens, int[] labels, int rejectedFrom) {

        public Segment {
            if (rejectedFrom < 0 || rejectedFrom > 0 && rejectedFrom >= tokens.length) {
                throw new IllegalArgumentException("a pair of " + tokens.length + " tokens whose second part begins at "
                        + rejectedFrom);
            }
            if (tokens.length == 0 || tokens.length != labels.length) {
                throw new IllegalArgumentException(
                        tokens.length + " tokens, " + labels.length + " labels, expected as many, at least one");
            }
        }

        /** One sequence. */
        public Segment(int[] tokens, int[] labels) {
            this(tokens, labels, 0);
        }

        /** Two sequences, the first of which is to be preferred. */
        public static Segment pair(Segment chosen, Segment rejected) {
            return new Segment(joined(chosen.tokens, rejected.tokens), joined(chosen.labels, rejected.labels),
                    chosen.count());
        }

        private static int[] joined(int[] first, int[] second) {
            int[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }

        public boolean isPair() {
            return rejectedFrom > 0;
        }

        /** The sequence to be preferred, the only one of what is no pair. */
        public Segment chosen() {
            return isPair() ? part(0, rejectedFrom) : this;
        }

        /** The other one of a pair. */
        public Segment rejected() {
            return part(rejectedFrom, count());
        }

        private Segment part(int from, int to) {
            return new Segment(Arrays.copyOfRange(tokens, from, to), Arrays.copyOfRange(labels, from, to));
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
                int first = i < segment.rejectedFrom ? 0 : segment.rejectedFrom;
                batch.positions[at + i] = i - first;
                batch.segmentFrom[at + i] = at + first;
            }
            at += segment.count();
        }
        return batch;
    }

    /** The row after the last one of the sequence that begins at {@code from}. */
    public int sequenceEnd(int from) {
        int end = from + 1;
        while (end < count() && segmentFrom[end] == from) {
            end++;
        }
        return end;
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
