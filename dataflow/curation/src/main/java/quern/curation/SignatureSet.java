package quern.curation;

import java.util.Arrays;

/** A set of 16-byte signatures as two longs each, open addressing. */
final class SignatureSet {

    private long[] slots = new long[2048];
    private int count;
    private boolean hasZero;

    /** @return false where it was there already */
    boolean add(long high, long low) {
        if (high == 0 && low == 0) {
            boolean added = !hasZero;
            hasZero = true;
            return added;
        }
        if (4L * count > slots.length) {
            grow();
        }
        return put(high, low);
    }

    long count() {
        return (long) count + (hasZero ? 1 : 0);
    }

    private boolean put(long high, long low) {
        int mask = slots.length / 2 - 1;
        int slot = (int) (high ^ high >>> 32) & mask;
        while (slots[2 * slot] != 0 || slots[2 * slot + 1] != 0) {
            if (slots[2 * slot] == high && slots[2 * slot + 1] == low) {
                return false;
            }
            slot = slot + 1 & mask;
        }
        slots[2 * slot] = high;
        slots[2 * slot + 1] = low;
        count++;
        return true;
    }

    private void grow() {
        if (slots.length == 1 << 30) {
            throw new RunException("exact deduplication of more than " + count + " samples");
        }
        long[] before = slots;
        slots = new long[before.length * 2];
        count = 0;
        for (int i = 0; i < before.length; i += 2) {
            if (before[i] != 0 || before[i + 1] != 0) {
                put(before[i], before[i + 1]);
            }
        }
        Arrays.fill(before, 0);
    }
}
