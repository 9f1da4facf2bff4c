package quern.tuning.pretrain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns the merges of a byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909; bytes instead of characters
 * as in GPT-2): the most frequent adjacent pair of symbols becomes a symbol, again and again. Ties go to the pair with
 * the smaller ids, so that the same text always gives the same vocabulary.
 */
public final class BpeTrainer {

    /** One merge: the symbols {@code left} and {@code right}, in this order, become the next free id. */
    public record Merge(int left, int right) {}

    /**
     * @param symbols bytes of each symbol; the first 256 are the single bytes
     * @param merges in the order learnt; merge i made symbol 256 + i
     */
    public record Learnt(List<byte[]> symbols, List<Merge> merges) {}

    private record Pair(int left, int right) {}

    private record Candidate(Pair pair, long count) {}

    private static final Comparator<Candidate> MOST_FREQUENT = Comparator.comparingLong(Candidate::count)
            .reversed()
            .thenComparingInt(c -> c.pair().left())
            .thenComparingInt(c -> c.pair().right());

    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Pair, Long> pairCounts = new HashMap<>();
    private final Map<Pair, Set<Integer>> wordsOfPair = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(MOST_FREQUENT);

    private BpeTrainer(Map<String, Long> counts) {
        counts.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            byte[] bytes = entry.getKey().getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xff;
            }
            words.add(ids);
            wordCounts.add(entry.getValue());
        });
        for (int word = 0; word < words.size(); word++) {
            addPairs(word, new HashSet<>());
        }
        pairCounts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
    }

    /**
     * @param wordCounts how often each pre-token occurs
     * @param mergesMax merges to learn; fewer when no pair occurs twice any more
     */
    public static Learnt train(Map<String, Long> wordCounts, int mergesMax) {
        return new BpeTrainer(wordCounts).learn(mergesMax);
    }

    private Learnt learn(int mergesMax) {
        List<byte[]> symbols = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            symbols.add(new byte[] {(byte) b});
        }
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < mergesMax && !queue.isEmpty()) {
            Candidate best = queue.poll();
            long count = pairCounts.getOrDefault(best.pair(), 0L);
            if (count != best.count()) {
                if (count > 1) {
                    queue.add(new Candidate(best.pair(), count));
                }
                continue;
            }
            if (count < 2) {
                break;
            }
            merge(best.pair(), symbols.size());
            merges.add(new Merge(best.pair().left(), best.pair().right()));
            symbols.add(concat(symbols.get(best.pair().left()), symbols.get(best.pair().right())));
        }
        return new Learnt(List.copyOf(symbols), List.copyOf(merges));
    }

    private void merge(Pair pair, int symbol) {
        Set<Pair> touched = new HashSet<>();
        for (int word : List.copyOf(wordsOfPair.getOrDefault(pair, Set.of()))) {
            removePairs(word);
            words.set(word, merged(words.get(word), pair, symbol));
            addPairs(word, touched);
        }
        for (Pair changed : touched) {
            queue.add(new Candidate(changed, pairCounts.get(changed)));
        }
    }

    private static int[] merged(int[] ids, Pair pair, int symbol) {
        int[] out = new int[ids.length];
        int size = 0;
        for (int i = 0; i < ids.length; i++) {
            if (i + 1 < ids.length && ids[i] == pair.left() && ids[i + 1] == pair.right()) {
                out[size++] = symbol;
                i++;
            } else {
                out[size++] = ids[i];
            }
        }
        return Arrays.copyOf(out, size);
    }

    private void removePairs(int word) {
        int[] ids = words.get(word);
        for (int i = 0; i + 1 < ids.length; i++) {
            Pair pair = new Pair(ids[i], ids[i + 1]);
            long left = pairCounts.merge(pair, -wordCounts.get(word), Long::sum);
            if (left == 0) {
                pairCounts.remove(pair);
            }
            Set<Integer> holders = wordsOfPair.get(pair);
            if (holders != null) {
                holders.remove(word);
            }
        }
    }

    private void addPairs(int word, Set<Pair> touched) {
        int[] ids = words.get(word);
        for (int i = 0; i + 1 < ids.length; i++) {
            Pair pair = new Pair(ids[i], ids[i + 1]);
            pairCounts.merge(pair, wordCounts.get(word), Long::sum);
            wordsOfPair.computeIfAbsent(pair, key -> new HashSet<>()).add(word);
            touched.add(pair);
        }
    }

    private static byte[] concat(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
