package quern.inference.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The pieces that begin at a place of a text, found in one walk: a trie over chars in hashed form. */
final class PieceTrie {

    private final PairTable edges;
    private final int[] tokens;

    /** @param takes which ids of {@code texts} to take; of two with the same text the first counts */
    PieceTrie(List<String> texts, IntPredicate takes) {
        int[] taken = IntStream.range(0, texts.size())
                .filter(id -> takes.test(id) && !texts.get(id).isEmpty()).toArray();
        int edgeCount = edgeCount(IntStream.of(taken).mapToObj(texts::get).sorted().toList());
        edges = new PairTable(edgeCount);
        tokens = new int[edgeCount + 1];
        Arrays.fill(tokens, -1);
        int nodes = 1;
        for (int id : taken) {
            int node = 0;
            for (int i = 0; i < texts.get(id).length(); i++) {
                char c = texts.get(id).charAt(i);
                int next = edges.rank(node, c);
                if (next < 0) {
                    next = nodes++;
                    edges.put(node, c, next, next);
                }
                node = next;
            }
            tokens[node] = tokens[node] < 0 ? id : tokens[node];
        }
    }

    private static int edgeCount(List<String> sorted) {
        int count = 0;
        String before = "";
        for (String text : sorted) {
            int shared = 0;
            int most = Math.min(before.length(), text.length());
            while (shared < most && before.charAt(shared) == text.charAt(shared)) {
                shared++;
            }
            count += text.length() - shared;
            before = text;
        }
        return count;
    }

    static final int ROOT = 0;

    /** The node after {@code c}, -1 if no piece goes on so. */
    int next(int node, char c) {
        return edges.rank(node, c);
    }

    /** The piece that ends at a node, -1 if none does. */
    int token(int node) {
        return tokens[node];
    }
}
