package quern.inference.tokenizer;

import java.util.List;
import java.util.Map;
import quern.config.QuernException;

/**
 * Byte-pair merges over token ids (Sennrich et al., arXiv 1508.07909): the pair of lowest rank first, of equal ones the
 * leftmost. Time grows as n log n for any input.
 */
final class Merges {

    private final PairTable table;

    private Merges(PairTable table) {
        this.table = table;
    }

    /**
     * @param merges most important first; their tokens are of the vocabulary
     * @param innerPrefix what tokens inside a word begin with, dropped where two become one
     * @throws QuernException if one names a token that is not in the vocabulary
     */
    static Merges of(List<Merge> merges, Vocabulary vocabulary, String innerPrefix) {
        Map<String, Integer> ids = vocabulary.ids();
        PairTable table = new PairTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            String left = merges.get(rank).left();
            String right = merges.get(rank).right();
            boolean inner = !innerPrefix.isEmpty() && right.startsWith(innerPrefix);
            // concat, not +: there are hundreds of thousands of them in the first second of a process.
            int merged = id(left.concat(inner ? right.substring(innerPrefix.length()) : right), rank, ids);
            // No file merges plain text into a control token; one that does must not.
            if (vocabulary.kinds().get(merged) != TokenKind.CONTROL) {
                table.put(id(left, rank, ids), id(right, rank, ids), rank, merged);
            }
        }
        return new Merges(table);
    }

    private static int id(String token, int rank, Map<String, Integer> ids) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new QuernException(QuernException.Category.ERROR,
                    "merge " + rank + " names \"" + token + "\", which is not in the vocabulary");
        }
        return id;
    }

    /** Merges the first {@code count} of {@code symbols} as far as possible and adds the result to {@code out}. */
    void merge(int[] symbols, int count, TokenList out) {
        if (count < 2) {
            if (count == 1) {
                out.add(symbols[0]);
            }
            return;
        }
        int[] next = new int[count];
        int[] previous = new int[count];
        MergeQueue queue = new MergeQueue(count);
        for (int i = 0; i < count; i++) {
            next[i] = i + 1 < count ? i + 1 : -1;
            previous[i] = i - 1;
            offer(symbols, i, next[i], queue);
        }
        while (!queue.isEmpty()) {
            long first = queue.poll();
            int left = (int) first;
            int right = symbols[left] < 0 ? -1 : next[left];
            // An entry may be older than its pair; it counts only if the pair there still has that rank.
            if (right < 0 || table.rank(symbols[left], symbols[right]) != (int) (first >>> 32)) {
                continue;
            }
            symbols[left] = table.merged(symbols[left], symbols[right]);
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0) {
                previous[next[left]] = left;
                offer(symbols, left, next[left], queue);
            }
            if (previous[left] >= 0) {
                offer(symbols, previous[left], left, queue);
            }
        }
        for (int i = 0; i >= 0; i = next[i]) {
            out.add(symbols[i]);
        }
    }

    private void offer(int[] symbols, int left, int right, MergeQueue queue) {
        if (right >= 0) {
            int rank = table.rank(symbols[left], symbols[right]);
            if (rank >= 0) {
                queue.add(rank, left);
            }
        }
    }
}
