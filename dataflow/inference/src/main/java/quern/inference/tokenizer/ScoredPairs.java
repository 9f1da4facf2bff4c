package quern.inference.tokenizer;

import java.util.Arrays;
import quern.config.QuernException;

/**
 * SentencePiece's BPE (Kudo and Richardson, arXiv 1808.06226): of all neighbours that together are a piece, the pair
 * whose piece scores highest merges first, of equal ones the leftmost. What remains and is no piece falls back to byte
 * tokens.
 */
public final class ScoredPairs implements PieceModel {

    private final PieceTable pieces;
    private final int[] ranks;
    private final int unknown;

    /**
     * @param scores one per token
     * @param unknown token of a run that has neither pieces nor byte tokens, -1 to leave it out
     */
    public ScoredPairs(Vocabulary vocabulary, float[] scores, int unknown) {
        if (scores.length != vocabulary.size()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "vocabulary of " + vocabulary.size() + " tokens has " + scores.length + " scores");
        }
        this.pieces = new PieceTable(vocabulary, true);
        this.ranks = ranks(scores);
        this.unknown = unknown;
    }

    /** Numbers that order tokens by falling score; equal scores share one. */
    private static int[] ranks(float[] scores) {
        float[] ordered = scores.clone();
        Arrays.sort(ordered);
        int distinct = 0;
        for (int i = 0; i < ordered.length; i++) {
            if (i == 0 || ordered[i] != ordered[distinct - 1]) {
                ordered[distinct++] = ordered[i];
            }
        }
        int[] ranks = new int[scores.length];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = distinct - Arrays.binarySearch(ordered, 0, distinct, scores[id]);
        }
        return ranks;
    }

    @Override
    public void encode(String word, TokenList out) {
        new Merging(word).run(out);
    }

    /** One text being merged: symbols are runs of chars, linked from left to right. */
    private final class Merging {

        private final String text;
        private final int[] starts;
        private final int[] next;
        private final int[] previous;
        private final MergeQueue queue;

        Merging(String text) {
            this.text = text;
            int count = text.codePointCount(0, text.length());
            this.starts = new int[count + 1];
            this.next = new int[count];
            this.previous = new int[count];
            this.queue = new MergeQueue(count);
            for (int i = 0, at = 0; i < count; i++, at += Character.charCount(text.codePointAt(at))) {
                starts[i] = at;
            }
            starts[count] = text.length();
        }

        void run(TokenList out) {
            int count = next.length;
            for (int i = 0; i < count; i++) {
                next[i] = i + 1;
                previous[i] = i - 1;
            }
            for (int i = 0; i < count; i++) {
                offer(i);
            }
            while (!queue.isEmpty()) {
                long first = queue.poll();
                int left = (int) first;
                // An entry may be older than its pair; it counts only if the pair there still has that rank.
                if (next[left] < 0 || rank(left) != (int) (first >>> 32)) {
                    continue;
                }
                int right = next[left];
                next[left] = next[right];
                next[right] = -1;
                if (next[left] < count) {
                    previous[next[left]] = left;
                }
                offer(left);
                if (previous[left] >= 0) {
                    offer(previous[left]);
                }
            }
            boolean afterUnknown = false;
            for (int i = 0; i < count; i = next[i]) {
                String symbol = text.substring(starts[i], starts[next[i]]);
                int piece = pieces.id(symbol);
                boolean known = piece >= 0 || pieces.addBytes(symbol, out);
                if (piece >= 0) {
                    out.add(piece);
                } else if (!known && unknown >= 0) {
                    if (!afterUnknown) {
                        out.add(unknown);
                    }
                    out.addWritten(symbol);
                }
                afterUnknown = !known;
            }
        }

        private void offer(int left) {
            int rank = rank(left);
            if (rank >= 0) {
                queue.add(rank, left);
            }
        }

        /** Rank of the piece that the symbol and its right neighbour make, -1 if none. */
        private int rank(int left) {
            if (next[left] >= next.length) {
                return -1;
            }
            int piece = pieces.id(text.substring(starts[left], starts[next[next[left]]]));
            return piece < 0 ? -1 : ranks[piece];
        }
    }
}
