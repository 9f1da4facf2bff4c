package quern.gpu.kernel;

/**
 * Random directions that are never stored: element {@code index} of direction {@code seed} is a function of the two. It
 * is the number of ones among 64 bits, spread evenly between whole numbers, moved and scaled to mean 0 and variance 1:
 * near a normal distribution (its fourth moment is 2.97 instead of 3), and the same bits on every machine, as neither
 * logarithm nor cosine is in it. Bits by SplitMix64 (Steele and others, OOPSLA 2014).
 */
public final class Direction {

    private static final long STEP = 0x9e3779b97f4a7c15L;
    /** One over the standard deviation of 64 tosses of a coin and of an even spread of one. */
    private static final float SCALE = (float) (1 / Math.sqrt(16 + 1.0 / 12));

    private Direction() {}

    /** One of its elements. */
    public static float at(long seed, long index) {
        long place = seed + STEP * 2 * index;
        float ones = Long.bitCount(mixed(place)) - 32;
        float spread = (mixed(place + STEP) >>> 40) * 0x1.0p-24f - 0.5f;
        return (ones + spread) * SCALE;
    }

    /** The seed of the direction of one step of a run. */
    public static long seed(long run, int step) {
        return mixed(mixed(run) + STEP * step);
    }

    private static long mixed(long value) {
        long bits = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ bits >>> 31;
    }
}
