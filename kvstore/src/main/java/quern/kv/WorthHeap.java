package quern.kv;

import java.util.Arrays;

/** Entries by worth, the least first; of equal worth the one used longest ago. Logarithmic time. Not thread-safe. */
final class WorthHeap {

    private static final int ENTRIES_FIRST = 64;

    private double[] worth = new double[ENTRIES_FIRST];
    private long[] uses = new long[ENTRIES_FIRST];
    /** Where an entry is in the heap, plus 1; 0 if it is not. */
    private int[] at = new int[ENTRIES_FIRST];
    private int[] heap = new int[ENTRIES_FIRST];
    private int size;

    int size() {
        return size;
    }

    double worth(int entry) {
        return worth[entry];
    }

    long use(int entry) {
        return uses[entry];
    }

    /** Sets what an entry is worth; it is not in the heap. */
    void value(int entry, double newWorth, long use) {
        if (entry >= worth.length) {
            int entries = Math.max(entry + 1, 2 * worth.length);
            worth = Arrays.copyOf(worth, entries);
            uses = Arrays.copyOf(uses, entries);
            at = Arrays.copyOf(at, entries);
        }
        worth[entry] = newWorth;
        uses[entry] = use;
    }

    boolean before(int one, int other) {
        return worth[one] != worth[other] ? worth[one] < worth[other] : uses[one] < uses[other];
    }

    /** The entry of least worth; the heap is not empty. */
    int first() {
        return heap[0];
    }

    /** Puts an entry in, unless it is. */
    void add(int entry) {
        if (at[entry] == 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            place(size++, entry);
            up(size - 1);
        }
    }

    /** Takes an entry out, if it is in. */
    void remove(int entry) {
        if (entry >= at.length || at[entry] == 0) {
            return;
        }
        int gap = at[entry] - 1;
        at[entry] = 0;
        int last = heap[--size];
        if (gap < size) {
            place(gap, last);
            up(gap);
            down(at[last] - 1);
        }
    }

    private void place(int index, int entry) {
        heap[index] = entry;
        at[entry] = index + 1;
    }

    private void up(int from) {
        int index = from;
        int entry = heap[index];
        while (index > 0 && before(entry, heap[(index - 1) / 2])) {
            place(index, heap[(index - 1) / 2]);
            index = (index - 1) / 2;
        }
        place(index, entry);
    }

    private void down(int from) {
        int index = from;
        int entry = heap[index];
        while (2 * index + 1 < size) {
            int child = 2 * index + 1;
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], entry)) {
                break;
            }
            place(index, heap[child]);
            index = child;
        }
        place(index, entry);
    }
}
