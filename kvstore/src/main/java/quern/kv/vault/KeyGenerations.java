package quern.kv.vault;

import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A collection's key as a family of keys, for what it seals itself without end: each generation has one of its own,
 * made of the collection's, and seals a limited number of pieces. A process begins with a generation drawn by lot, so
 * nothing has to be counted over restarts; what is stored names its generation, so all of it opens at any time.
 * Thread-safe.
 *
 * <p>With random nonces one key may seal 2^32 pieces (NIST SP 800-38D, 8.3); half of that ends a generation. Of 65,535
 * generations one would have to be drawn by three processes that seal 2 billion pieces each before it seals more.
 */
public final class KeyGenerations {

    /** The collection's own key: what was sealed before there were generations. */
    public static final int FIRST = 0;

    static final int GENERATIONS = 1 << 16;

    private static final long SEALS_MAX = 1L << 31;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Seal first;
    private final long sealsMax;
    private final Map<Integer, Seal> seals = new ConcurrentHashMap<>();
    private int current;
    private long left;

    private KeyGenerations(Seal first, long sealsMax) {
        this.first = first;
        this.sealsMax = sealsMax;
    }

    /** @param first of a collection whose key stays what it is */
    public static KeyGenerations of(Seal first) {
        return of(first, SEALS_MAX);
    }

    /** The same. @param sealsMax pieces of one generation */
    static KeyGenerations of(Seal first, long sealsMax) {
        return new KeyGenerations(first, sealsMax);
    }

    /**
     * The generation that seals what comes next; 1 to 65,535.
     *
     * @param pieces that it is going to seal
     */
    public synchronized int next(int pieces) {
        if (left < pieces) {
            int before = current;
            while (current == before) {
                current = 1 + RANDOM.nextInt(GENERATIONS - 1);
            }
            left = sealsMax;
        }
        left -= pieces;
        return current;
    }

    /** The key of a generation. */
    public Seal of(int generation) {
        return generation == FIRST ? first : seals.computeIfAbsent(generation, first::derived);
    }
}
