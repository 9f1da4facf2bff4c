package quern.kv;

import java.util.Arrays;

/**
 * The last names that were noted, as numbers that are spread evenly; the oldest is forgotten first. 16 bytes for each
 * name there is room for, from the first one on. Not thread-safe.
 */
final class RecentNames {

    /** Stands for no name, and for one number of 2^64 that is never remembered. */
    private static final long NONE = 0;

    private final int namesMax;
    /** In the order they came, the next over the oldest. */
    private long[] ring = {};
    /** Place in the ring + 1 by name, 0 where there is none; open addressing. */
    private int[] table = {};
    private int next;

    /** @param namesMax a power of two */
    RecentNames(int namesMax) {
        if (Integer.bitCount(namesMax) != 1) {
            throw new IllegalArgumentException("room for " + namesMax + " names, expected a power of two");
        }
        this.namesMax = namesMax;
    }

    /** Notes a name that is not known. */
    void add(long name) {
        if (ring.length == 0) {
            ring = new long[namesMax];
            table = new int[2 * namesMax];
        }
        if (ring[next] != NONE) {
            remove(ring[next]);
        }
        ring[next] = name;
        if (name != NONE) {
            table[find(name)] = next + 1;
        }
        next = next + 1 & namesMax - 1;
    }

    /** @return whether it was known; it is not any more */
    boolean remove(long name) {
        int gap = table.length == 0 || name == NONE ? 0 : find(name);
        if (table.length == 0 || name == NONE || table[gap] == 0) {
            return false;
        }
        ring[table[gap] - 1] = NONE;
        int mask = table.length - 1;
        for (int at = gap + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = (int) ring[table[at] - 1] & mask;
            if ((at - home & mask) >= (at - gap & mask)) {
                table[gap] = table[at];
                gap = at;
            }
        }
        table[gap] = 0;
        return true;
    }

    /** Where in the table a name is, or belongs. */
    private int find(long name) {
        int mask = table.length - 1;
        int at = (int) name & mask;
        while (table[at] != 0 && ring[table[at] - 1] != name) {
            at = at + 1 & mask;
        }
        return at;
    }

    void clear() {
        Arrays.fill(ring, NONE);
        Arrays.fill(table, 0);
    }
}
