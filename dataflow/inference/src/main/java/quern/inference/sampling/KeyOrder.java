package quern.inference.sampling;

/** Tokens as numbers that sort ascending by (descending logit, ascending id). */
final class KeyOrder {

    private KeyOrder() {}

    /* The float's bits in total order, inverted, above; the id, which is (int) of the key, below. */
    static long keyOf(float logit, int id) {
        int bits = Float.floatToIntBits(logit + 0.0f);
        int ascending = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ~ascending << 32 | id;
    }

    /** Hoare's selection: afterwards {@code keys[from .. rank)} are the smallest of {@code keys[from .. to)}. */
    static void select(long[] keys, int from, int to, int rank) {
        int low = from;
        int high = to - 1;
        while (low < high && rank <= high) {
            long pivot = keys[low + high >>> 1];
            int i = low;
            int j = high;
            while (i <= j) {
                while (keys[i] < pivot) {
                    i++;
                }
                while (keys[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long swapped = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = swapped;
                }
            }
            if (rank - 1 <= j) {
                high = j;
            } else if (rank - 1 >= i) {
                low = i;
            } else {
                return;
            }
        }
    }
}
