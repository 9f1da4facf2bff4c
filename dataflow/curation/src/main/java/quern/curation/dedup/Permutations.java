package quern.curation.dedup;

/**
 * The random hash functions {@code (a * h + b) mod 2^64 mod (2^61 - 1)} of a MinHash, drawn as Data-Juicer draws
 * them: Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) seeded with 42, 64-bit draws high word first, masked
 * to 61 bits and redrawn while out of range, {@code a} and {@code b} in turn.
 */
final class Permutations {

    static final long PRIME = (1L << 61) - 1;
    private static final int SEED = 42;

    final long[] a;
    final long[] b;

    Permutations(int count) {
        MersenneTwister random = new MersenneTwister(SEED);
        a = new long[count];
        b = new long[count];
        for (int i = 0; i < count; i++) {
            a[i] = 1 + draw(random, PRIME - 2);
            b[i] = draw(random, PRIME - 1);
        }
    }

    private static long draw(MersenneTwister random, long most) {
        while (true) {
            long high = random.next() & 0xFFFFFFFFL;
            long value = (high << 32 | random.next() & 0xFFFFFFFFL) & PRIME;
            if (value <= most) {
                return value;
            }
        }
    }

    private static final class MersenneTwister {

        private static final int N = 624;
        private static final int M = 397;

        private final int[] state = new int[N];
        private int index = N;

        MersenneTwister(int seed) {
            state[0] = seed;
            for (int i = 1; i < N; i++) {
                state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
            }
        }

        int next() {
            if (index == N) {
                refill();
            }
            int y = state[index++];
            y ^= y >>> 11;
            y ^= y << 7 & 0x9D2C5680;
            y ^= y << 15 & 0xEFC60000;
            return y ^ y >>> 18;
        }

        private void refill() {
            for (int i = 0; i < N; i++) {
                int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7FFFFFFF;
                state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
            }
            index = 0;
        }
    }
}
