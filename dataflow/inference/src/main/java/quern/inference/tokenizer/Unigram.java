package quern.inference.tokenizer;

import java.util.Arrays;
import quern.config.QuernException;

/**
 * The unigram model (Kudo, arXiv 1804.10959): of all ways to cut a word into pieces the one whose scores, logarithms of
 * probabilities, add up to the most; of equal ones the one found first from the left. A character that is no piece
 * counts as unknown and costs ten more than the least probable piece.
 */
public final class Unigram implements PieceModel {

    private static final double UNKNOWN_PENALTY = 10;

    private final PieceTrie trie;
    private final PieceTable pieces;
    private final double[] scores;
    private final double unknownScore;
    private final int unknown;
    private final boolean byteFallback;
    private final boolean singlePrecision;

    /**
     * @param scores one per token
     * @param unknown token of what no piece covers, -1 to leave it out
     * @param byteFallback whether what no piece covers becomes the tokens of its bytes
     * @param singlePrecision whether scores add up in 32 bits, as in SentencePiece itself; others use 64
     */
    public Unigram(Vocabulary vocabulary, double[] scores, int unknown, boolean byteFallback,
            boolean singlePrecision) {
        if (scores.length != vocabulary.size()) {
            throw new QuernException(QuernException.Category.ERROR,
                    "vocabulary of " + vocabulary.size() + " tokens has " + scores.length + " scores");
        }
        this.trie = new PieceTrie(vocabulary.texts(), id -> isPiece(vocabulary.kinds().get(id)));
        this.pieces = new PieceTable(vocabulary, byteFallback);
        this.scores = scores.clone();
        double least = Double.POSITIVE_INFINITY;
        for (int id = 0; id < scores.length; id++) {
            TokenKind kind = vocabulary.kinds().get(id);
            if (kind == TokenKind.NORMAL) {
                least = Math.min(least, scores[id]);
            }
            if (kind == TokenKind.USER_DEFINED) {
                this.scores[id] = 0;
            }
        }
        this.unknownScore = (least == Double.POSITIVE_INFINITY ? 0 : least) - UNKNOWN_PENALTY;
        this.unknown = unknown;
        this.byteFallback = byteFallback;
        this.singlePrecision = singlePrecision;
    }

    private static boolean isPiece(TokenKind kind) {
        return kind == TokenKind.NORMAL || kind == TokenKind.USER_DEFINED || kind == TokenKind.UNUSED;
    }

    @Override
    public void encode(String word, TokenList out) {
        int length = word.length();
        double[] best = new double[length + 1];
        int[] from = new int[length + 1];
        int[] token = new int[length + 1];
        Arrays.fill(from, -1);
        from[0] = 0;
        for (int at = 0; at < length; ) {
            int single = at + Character.charCount(word.codePointAt(at));
            boolean covered = false;
            int node = PieceTrie.ROOT;
            for (int end = at; end < length; ) {
                node = trie.next(node, word.charAt(end++));
                if (node < 0) {
                    break;
                }
                int piece = trie.token(node);
                if (piece >= 0) {
                    offer(best, from, token, at, end, piece, scores[piece]);
                    covered |= end == single;
                }
            }
            if (!covered) {
                offer(best, from, token, at, single, -1, unknownScore);
            }
            at = single;
        }
        add(word, from, token, out);
    }

    private void offer(double[] best, int[] from, int[] token, int at, int end, int piece, double score) {
        double sum = best[at] + score;
        // SentencePiece rounds the sum when it keeps it, and not before it compares: near ties depend on that.
        if (from[end] < 0 || sum > best[end]) {
            best[end] = singlePrecision ? (float) sum : sum;
            from[end] = at;
            token[end] = piece;
        }
    }

    private void add(String word, int[] from, int[] token, TokenList out) {
        int[] ends = new int[word.length()];
        int count = 0;
        for (int end = word.length(); end > 0; end = from[end]) {
            ends[count++] = end;
        }
        for (int i = count - 1; i >= 0; i--) {
            int end = ends[i];
            if (token[end] >= 0) {
                out.add(token[end]);
                continue;
            }
            int begin = from[end];
            while (i > 0 && token[ends[i - 1]] < 0) {
                end = ends[--i];
            }
            if (!(byteFallback && pieces.addBytes(word.substring(begin, end), out)) && unknown >= 0) {
                out.add(unknown);
                out.addWritten(word.substring(begin, end));
            }
        }
    }
}
