package quern.curation.dedup;

import java.util.function.IntConsumer;

/** Components as a forest in memory whose roots are the smallest samples (Galler and Fischer, 1964). */
final class JoinedSets implements Components {

    private final int[] parent;

    JoinedSets(int count) {
        parent = new int[count];
        for (int i = 0; i < count; i++) {
            parent[i] = i;
        }
    }

    @Override
    public void link(int a, int b) {
        int rootA = root(a);
        int rootB = root(b);
        parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }

    @Override
    public void firsts(IntConsumer each) {
        for (int i = 0; i < parent.length; i++) {
            each.accept(root(i));
        }
    }

    @Override
    public void close() {}

    private int root(int i) {
        int at = i;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }
}
