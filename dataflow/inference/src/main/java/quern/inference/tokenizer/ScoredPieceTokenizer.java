package quern.inference.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import quern.config.QuernException;

/**
 * SentencePiece's BPE (Kudo and Richardson, arXiv 1808.06226) as GGUF files carry it: of all neighbours that together
 * are a piece, the pair whose piece scores highest merges first, of equal ones the leftmost. What remains and is no
 * piece falls back to byte tokens.
 */
public final class ScoredPieceTokenizer extends VocabularyTokenizer {

    private final Map<String, Integer> pieces = new HashMap<>();
    private final int[] ranks;
    private final int[] byteTokens;
    private final int unknown;
    private final boolean blankInFront;

    /**
     * @param scores one per token
     * @param blankInFront whether a text is tokenized as if a blank stood before it
     */
    public ScoredPieceTokenizer(Vocabulary vocabulary, float[] scores, boolean blankInFront) {
        super(vocabulary, PieceAlphabet.bytes(vocabulary));
        if (scores.length != vocabulary.size()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "vocabulary of " + vocabulary.size() + " tokens has " + scores.length + " scores");
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            pieces.putIfAbsent(vocabulary.texts().get(id), id);
        }
        this.ranks = ranks(scores);
        this.byteTokens = PieceAlphabet.byteTokens(vocabulary);
        this.unknown = PieceAlphabet.unknown(vocabulary, pieces);
        this.blankInFront = blankInFront;
    }

    /** Numbers that order tokens by falling score; equal scores share one. */
    private static int[] ranks(float[] scores) {
        float[] ordered = scores.clone();
        Arrays.sort(ordered);
        int[] ranks = new int[scores.length];
        for (int id = 0; id < ranks.length; id++) {
            int at = Arrays.binarySearch(ordered, scores[id]);
            while (at > 0 && ordered[at - 1] == ordered[at]) {
                at--;
            }
            ranks[id] = scores.length - at;
        }
        return ranks;
    }

    @Override
    void encodeText(String text, boolean start, TokenList out) {
        String written = (blankInFront ? PieceAlphabet.BLANK + text : text).replace(' ', PieceAlphabet.BLANK);
        new Merging(written).run(out);
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
            for (int i = 0; i < count; i = next[i]) {
                add(text.substring(starts[i], starts[next[i]]), out);
            }
        }

        private void add(String symbol, TokenList out) {
            Integer piece = pieces.get(symbol);
            if (piece == null) {
                PieceAlphabet.addBytes(symbol, byteTokens, unknown, out);
            } else {
                out.add(piece);
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
            Integer piece = pieces.get(text.substring(starts[left], starts[next[next[left]]]));
            return piece == null ? -1 : ranks[piece];
        }
    }
}
