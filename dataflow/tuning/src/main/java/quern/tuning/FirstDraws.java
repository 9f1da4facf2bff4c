package quern.tuning;

import quern.gpu.tensor.Rows;

/**
 * The numbers an adapter's A matrices begin with: uniform as PEFT draws them (Kaiming, a = sqrt 5), by SplitMix64
 * (Steele and others, Fast splittable pseudorandom number generators, OOPSLA 2014). Written out here because files
 * that hold only what training changed are read with them: they are the same in every version.
 */
public final class FirstDraws {

    private static final long STEP = 0x9e3779b97f4a7c15L;

    private long state;

    public FirstDraws(long seed) {
        this.state = seed;
    }

    /** The next matrix: each number between plus and minus {@code 1 / sqrt(width)}. */
    public void fill(Rows a) {
        double bound = 1 / Math.sqrt(a.width());
        for (int i = 0; i < a.count() * a.width(); i++) {
            a.values()[i] = (float) next(-bound, bound);
        }
    }

    private double next(double from, double to) {
        state += STEP;
        long bits = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        bits ^= bits >>> 31;
        double drawn = (bits >>> 11) * 0x1.0p-53 * (to - from) + from;
        return drawn >= to ? Math.nextDown(to) : drawn;
    }
}
