package quern.kv;

import java.util.Arrays;

/** Slots in order of last use: a doubly linked list over arrays, all operations in constant time. */
final class SlotQueue {

    private static final int OUT = -1;

    private final int[] next;
    private final int[] previous;
    private final int end;
    private int size;

    SlotQueue(int slots) {
        end = slots;
        next = new int[slots + 1];
        previous = new int[slots + 1];
        Arrays.fill(next, OUT);
        next[end] = end;
        previous[end] = end;
    }

    int size() {
        return size;
    }

    void addLast(int slot) {
        if (next[slot] != OUT) {
            throw new IllegalStateException("slot " + slot + " is queued already");
        }
        int last = previous[end];
        next[last] = slot;
        previous[slot] = last;
        next[slot] = end;
        previous[end] = slot;
        size++;
    }

    void remove(int slot) {
        if (next[slot] == OUT) {
            throw new IllegalStateException("slot " + slot + " is not queued");
        }
        next[previous[slot]] = next[slot];
        previous[next[slot]] = previous[slot];
        next[slot] = OUT;
        size--;
    }

    /** The slot used longest ago. */
    int removeFirst() {
        int first = next[end];
        if (first == end) {
            throw new IllegalStateException("the queue is empty");
        }
        remove(first);
        return first;
    }
}
