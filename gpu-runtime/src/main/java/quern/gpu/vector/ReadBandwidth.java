package quern.gpu.vector;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.ComputeTeam;

/** How fast a team can read memory: the limit of a product with one token. For benchmarks and for people. */
public final class ReadBandwidth {

    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int INTS_PER_PART = 1 << 18;

    private final ComputeTeam team;
    private final int[] memory;

    /** @param bytes memory to read, several times the last cache; at most 4 GiB */
    public ReadBandwidth(ComputeTeam team, long bytes) {
        this.team = team;
        this.memory = new int[Math.toIntExact(bytes / (4L * INTS_PER_PART) * INTS_PER_PART)];
        team.split(memory.length, INTS_PER_PART, (from, to) -> Arrays.fill(memory, from, to, 1));
    }

    /**
     * Reads all of it once.
     *
     * @return bytes per second
     * @throws IllegalStateException if the sum of what was read is wrong
     */
    public double measure() {
        AtomicLong sum = new AtomicLong();
        long start = System.nanoTime();
        team.run(memory.length / INTS_PER_PART, part -> sum.addAndGet(sum(memory, part * INTS_PER_PART)));
        long nanos = System.nanoTime() - start;
        if (sum.get() != memory.length) {
            throw new IllegalStateException("read a sum of " + sum + ", expected " + memory.length);
        }
        return 4e9 * memory.length / nanos;
    }

    private static long sum(int[] memory, int from) {
        int step = I.length();
        IntVector a = IntVector.zero(I);
        IntVector b = a;
        IntVector c = a;
        IntVector d = a;
        for (int i = from; i < from + INTS_PER_PART; i += 4 * step) {
            a = IntVector.fromArray(I, memory, i).add(a);
            b = IntVector.fromArray(I, memory, i + step).add(b);
            c = IntVector.fromArray(I, memory, i + 2 * step).add(c);
            d = IntVector.fromArray(I, memory, i + 3 * step).add(d);
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
