package quern.curation.language;

import java.util.List;

/**
 * The Huffman tree over labels that fastText's hierarchical softmax walks. Labels come sorted by count, most frequent
 * first.
 */
final class LabelTree {

    /** @param probability of the most probable label */
    record Best(int label, double probability) {}

    private static final double LEAST = 1e-5;

    private final int leaves;
    private final int[] left;
    private final int[] right;

    LabelTree(List<Long> counts) {
        leaves = counts.size();
        int nodes = 2 * leaves - 1;
        left = new int[nodes];
        right = new int[nodes];
        long[] count = new long[nodes];
        java.util.Arrays.fill(count, (long) 1e15);
        for (int i = 0; i < leaves; i++) {
            count[i] = counts.get(i);
        }
        int leaf = leaves - 1;
        int inner = leaves;
        for (int i = leaves; i < nodes; i++) {
            int[] least = new int[2];
            for (int k = 0; k < 2; k++) {
                least[k] = leaf >= 0 && count[leaf] < count[inner] ? leaf-- : inner++;
            }
            left[i] = least[0];
            right[i] = least[1];
            count[i] = count[least[0]] + count[least[1]];
        }
    }

    /** Walks down from the root and leaves out branches that cannot be better than the best leaf so far. */
    Best best(FastTextMatrix output, float[] hidden) {
        int[] stack = new int[2 * leaves];
        double[] scores = new double[2 * leaves];
        int depth = 1;
        stack[0] = 2 * leaves - 2;
        int best = 0;
        double bestScore = Double.NEGATIVE_INFINITY;
        while (depth > 0) {
            int node = stack[--depth];
            double score = scores[depth];
            if (score < bestScore) {
                continue;
            }
            if (node < leaves) {
                best = node;
                bestScore = score;
                continue;
            }
            double toRight = 1 / (1 + Math.exp(-output.dot(hidden, node - leaves)));
            stack[depth] = right[node];
            scores[depth++] = score + Math.log(toRight + LEAST);
            stack[depth] = left[node];
            scores[depth++] = score + Math.log(1 - toRight + LEAST);
        }
        return new Best(best, Math.exp(bestScore));
    }
}
