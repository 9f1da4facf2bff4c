package quern.curation.dedup;

/** Connected components of samples; each is named by its smallest index. */
final class Clusters {

    private final int[] parent;

    Clusters(int count) {
        parent = new int[count];
        for (int i = 0; i < count; i++) {
            parent[i] = i;
        }
    }

    void link(int a, int b) {
        int rootA = root(a);
        int rootB = root(b);
        parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }

    /** For each sample the smallest index of its component. */
    int[] firsts() {
        int[] firsts = new int[parent.length];
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = root(i);
        }
        return firsts;
    }

    private int root(int i) {
        while (parent[i] != i) {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }
        return i;
    }
}
