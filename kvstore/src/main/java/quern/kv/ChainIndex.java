package quern.kv;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;

/**
 * Which blocks a tier has, where each is, and which goes first. A block's worth is the cost of computing it again, and
 * ages as others leave: what costs twice as much stays twice as long after its last use (Greedy-Dual, Young, "The
 * k-server dual and loose competitiveness for paging", 1994; all blocks of a tier are of about one size). Tails go
 * before the heads they build on: a block that others here continue is not evicted before them (as in SGLang's radix
 * tree, arXiv 2312.07104), even if it arrives after them.
 *
 * <p>Entries are numbers, valid until {@link #remove}; about 90 bytes each, in arrays. Every call takes logarithmic
 * time at most, {@link #first} more only when everything that is not held has successors that are. Not thread-safe.
 */
final class ChainIndex {

    static final int ABSENT = -1;

    private static final int NAME_LONGS = BlockKey.BYTES / Long.BYTES;
    private static final int ENTRIES_FIRST = 64;

    private final WorthHeap heap = new WorthHeap();
    private final IntToDoubleFunction cost;
    private IntToDoubleFunction[] costs = new IntToDoubleFunction[ENTRIES_FIRST];
    private long[] names = new long[ENTRIES_FIRST * NAME_LONGS];
    private long[] places = new long[ENTRIES_FIRST];
    private int[] parents = new int[ENTRIES_FIRST];
    private int[] children = new int[ENTRIES_FIRST];
    private int[] depths = new int[ENTRIES_FIRST];
    private int[] holds = new int[ENTRIES_FIRST];
    private boolean[] present = new boolean[ENTRIES_FIRST];
    private boolean[] pinned = new boolean[ENTRIES_FIRST];
    /** Entry + 1 by name, 0 where there is none; open addressing. */
    private int[] table = new int[2 * ENTRIES_FIRST];
    private int free = ABSENT;
    private int made;
    private int size;
    private int pins;
    private double age;
    private long uses;

    /** @param cost of computing the block at a depth again, given all before it; in any one unit */
    ChainIndex(IntToDoubleFunction cost) {
        this.cost = cost;
    }

    /** Blocks that are here. */
    int size() {
        return size;
    }

    /** Blocks among them that are pinned. */
    int pinned() {
        return pins;
    }

    /** The entry of a block that is here, else {@link #ABSENT}. */
    int find(BlockKey key) {
        int entry = named(key.bits(0), key.bits(1), key.bits(2), key.bits(3));
        return entry != ABSENT && present[entry] ? entry : ABSENT;
    }

    /**
     * Enters a block, used just now.
     *
     * @param key not here yet; with its place in the chain
     * @param place whatever the tier wants to know about it
     */
    int add(BlockKey key, long place) {
        return add(key, place, cost);
    }

    /** The same. @param own cost of this block and those it shares a layout with */
    int add(BlockKey key, long place, IntToDoubleFunction own) {
        int entry = nameOrMake(key.bits(0), key.bits(1), key.bits(2), key.bits(3));
        if (present[entry]) {
            throw new IllegalStateException("block entered twice");
        }
        int parent = key.depth() < 2 ? ABSENT
                : nameOrMake(key.parentBits(0), key.parentBits(1), key.parentBits(2), key.parentBits(3));
        parent = parent == entry ? ABSENT : parent;
        present[entry] = true;
        size++;
        places[entry] = place;
        costs[entry] = own;
        depths[entry] = key.depth();
        parents[entry] = parent;
        if (parent != ABSENT && children[parent]++ == 0) {
            settle(parent);
        }
        use(entry);
        return entry;
    }

    /**
     * Takes a block out. If it is held its number and place stay valid until the last hold ends.
     *
     * @return whether nobody holds it
     */
    boolean remove(int entry) {
        if (!present[entry]) {
            throw new IllegalStateException("entry " + entry + " is not here");
        }
        pin(entry, false);
        present[entry] = false;
        size--;
        settle(entry);
        int parent = parents[entry];
        parents[entry] = ABSENT;
        boolean unheld = holds[entry] == 0;
        if (!unheld) {
            unname(entry);
        }
        if (parent != ABSENT && --children[parent] == 0) {
            settle(parent);
            freeIfUnused(parent);
        }
        freeIfUnused(entry);
        return unheld;
    }

    /** Takes a block out to make room: what stays is worth less from now on than what comes. */
    void evict(int entry) {
        age = Math.max(age, heap.worth(entry));
        remove(entry);
    }

    /** Whether an entry that is held was not removed meanwhile. */
    boolean here(int entry) {
        return present[entry];
    }

    long place(int entry) {
        return places[entry];
    }

    /** The name of a block that is here; it knows no ancestors. */
    BlockKey key(int entry) {
        java.nio.ByteBuffer name = java.nio.ByteBuffer.allocate(BlockKey.BYTES);
        for (int i = 0; i < NAME_LONGS; i++) {
            name.putLong(names[entry * NAME_LONGS + i]);
        }
        return BlockKey.ofBytes(name.array());
    }

    /** Notes that a block was used just now. */
    void use(int entry) {
        heap.remove(entry);
        heap.value(entry, age + costs[entry].applyAsDouble(depths[entry]), ++uses);
        settle(entry);
    }

    /** Number of an entry's last use: the first use of any entry has 1. */
    long lastUse(int entry) {
        return heap.use(entry);
    }

    /** Uses of all entries until now. */
    long uses() {
        return uses;
    }

    /** Whether a block that is not here would be worth at least as much, if it were used now, as one that is. */
    boolean reaches(BlockKey newcomer, int entry) {
        return age + cost.applyAsDouble(newcomer.depth()) >= heap.worth(entry);
    }

    /** Keeps a block from being evicted until {@link #letGo}; may be called many times. */
    void hold(int entry) {
        holds[entry]++;
        settle(entry);
    }

    /** @return whether this was the last hold of a block that was removed: its place is free now */
    boolean letGo(int entry) {
        if (holds[entry] == 0) {
            throw new IllegalStateException("entry " + entry + " let go more often than held");
        }
        boolean last = --holds[entry] == 0 && !present[entry];
        settle(entry);
        freeIfUnused(entry);
        return last;
    }

    /** Keeps a block from being evicted until it is unpinned, or stops doing so. */
    void pin(int entry, boolean on) {
        if (pinned[entry] != on) {
            pinned[entry] = on;
            pins += on ? 1 : -1;
            settle(entry);
        }
    }

    boolean isPinned(int entry) {
        return pinned[entry];
    }

    /** The block to evict next; {@link #ABSENT} if all are held or pinned. */
    int first() {
        if (heap.size() > 0) {
            return heap.first();
        }
        int least = ABSENT;
        for (int entry = 0; entry < made; entry++) {
            if (present[entry] && holds[entry] == 0 && !pinned[entry]
                    && (least == ABSENT || heap.before(entry, least))) {
                least = entry;
            }
        }
        return least;
    }

    /** Every block that is here, in no order; the index must not change meanwhile. */
    void forEach(IntConsumer use) {
        for (int entry = 0; entry < made; entry++) {
            if (present[entry]) {
                use.accept(entry);
            }
        }
    }

    private void settle(int entry) {
        boolean evictable = present[entry] && holds[entry] == 0 && children[entry] == 0 && !pinned[entry];
        if (evictable) {
            heap.add(entry);
        } else {
            heap.remove(entry);
        }
    }

    private int nameOrMake(long a, long b, long c, long d) {
        int known = named(a, b, c, d);
        if (known != ABSENT) {
            return known;
        }
        int entry = take();
        int at = entry * NAME_LONGS;
        names[at] = a;
        names[at + 1] = b;
        names[at + 2] = c;
        names[at + 3] = d;
        if (2 * (made + 1) > table.length) {
            table = new int[2 * table.length];
            for (int other = 0; other < made; other++) {
                if (inTable(other) && other != entry) {
                    insert(other);
                }
            }
        }
        insert(entry);
        return entry;
    }

    private int take() {
        int entry = free;
        if (entry != ABSENT) {
            free = parents[entry];
        } else {
            entry = made++;
            if (entry == places.length) {
                grow();
            }
        }
        parents[entry] = ABSENT;
        children[entry] = 0;
        holds[entry] = 0;
        named(entry, true);
        return entry;
    }

    private void grow() {
        int entries = 2 * places.length;
        names = Arrays.copyOf(names, entries * NAME_LONGS);
        places = Arrays.copyOf(places, entries);
        costs = Arrays.copyOf(costs, entries);
        parents = Arrays.copyOf(parents, entries);
        children = Arrays.copyOf(children, entries);
        depths = Arrays.copyOf(depths, entries);
        holds = Arrays.copyOf(holds, entries);
        present = Arrays.copyOf(present, entries);
        pinned = Arrays.copyOf(pinned, entries);
    }

    private void freeIfUnused(int entry) {
        if (!present[entry] && children[entry] == 0 && holds[entry] == 0) {
            unname(entry);
            parents[entry] = free;
            free = entry;
        }
    }

    /* A name that is in the table has a depth of 0 or more; one that was taken out has -1. */

    private boolean inTable(int entry) {
        return depths[entry] >= 0;
    }

    private void named(int entry, boolean on) {
        depths[entry] = on ? 0 : -1;
    }

    private int named(long a, long b, long c, long d) {
        int mask = table.length - 1;
        for (int at = (int) a & mask; table[at] != 0; at = (at + 1) & mask) {
            int entry = table[at] - 1;
            int name = entry * NAME_LONGS;
            if (names[name] == a && names[name + 1] == b && names[name + 2] == c && names[name + 3] == d) {
                return entry;
            }
        }
        return ABSENT;
    }

    private void insert(int entry) {
        int mask = table.length - 1;
        int at = (int) names[entry * NAME_LONGS] & mask;
        while (table[at] != 0) {
            at = (at + 1) & mask;
        }
        table[at] = entry + 1;
    }

    private void unname(int entry) {
        if (!inTable(entry)) {
            return;
        }
        named(entry, false);
        int mask = table.length - 1;
        int gap = (int) names[entry * NAME_LONGS] & mask;
        while (table[gap] != entry + 1) {
            gap = (gap + 1) & mask;
        }
        for (int at = (gap + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
            int home = (int) names[(table[at] - 1) * NAME_LONGS] & mask;
            if (((at - home) & mask) >= ((at - gap) & mask)) {
                table[gap] = table[at];
                gap = at;
            }
        }
        table[gap] = 0;
    }
}
