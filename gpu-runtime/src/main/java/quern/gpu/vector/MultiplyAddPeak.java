package quern.gpu.vector;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.ComputeTeam;

/**
 * How many multiply-adds of floats a team can do a second: the limit of products with many tokens. For benchmarks and
 * for people.
 */
public final class MultiplyAddPeak {

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    /** Enough chains to hide the latency of two units, few enough to stay in the registers of AVX2. */
    private static final int CHAINS = 10;
    /** Below 2^24, so that the sums are exact. */
    private static final int LINKS = 1 << 20;
    private static final int PARTS_PER_THREAD = 8;

    private final ComputeTeam team;
    private final float[] factors = new float[2 * F.length()];

    public MultiplyAddPeak(ComputeTeam team) {
        this.team = team;
        Arrays.fill(factors, 1);
    }

    /**
     * Computes for some milliseconds.
     *
     * @return multiply-adds per second
     * @throws IllegalStateException if a sum is wrong
     */
    public double measure() {
        int parts = PARTS_PER_THREAD * team.threads();
        var sum = new DoubleAdder();
        long start = System.nanoTime();
        team.run(parts, part -> sum.add(chains(factors)));
        long nanos = System.nanoTime() - start;
        double count = (double) parts * CHAINS * LINKS * F.length();
        if (sum.sum() != count) {
            throw new IllegalStateException("counted " + sum.sum() + " multiply-adds, expected " + count);
        }
        return 1e9 * count / nanos;
    }

    private static double chains(float[] factors) {
        FloatVector x = FloatVector.fromArray(F, factors, 0);
        FloatVector y = FloatVector.fromArray(F, factors, F.length());
        FloatVector a = FloatVector.zero(F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        FloatVector i = a;
        FloatVector j = a;
        for (int link = 0; link < LINKS; link++) {
            a = x.fma(a, y);
            b = x.fma(b, y);
            c = x.fma(c, y);
            d = x.fma(d, y);
            e = x.fma(e, y);
            f = x.fma(f, y);
            g = x.fma(g, y);
            h = x.fma(h, y);
            i = x.fma(i, y);
            j = x.fma(j, y);
        }
        return total(a) + total(b) + total(c) + total(d) + total(e) + total(f) + total(g) + total(h) + total(i)
                + total(j);
    }

    private static double total(FloatVector vector) {
        double total = 0;
        for (float value : vector.toArray()) {
            total += value;
        }
        return total;
    }
}
