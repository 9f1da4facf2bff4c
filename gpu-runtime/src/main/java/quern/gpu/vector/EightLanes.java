package quern.gpu.vector;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.FloatMath;

/** The vector shape of the inference kernels. */
final class EightLanes {

    /** 8 floats in 256 bits. */
    static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
    static final int COUNT = 8;

    private static final VectorShuffle<Float> HALF = VectorShuffle.fromOp(F, i -> (i + 4) % COUNT);
    private static final VectorShuffle<Float> QUARTER = VectorShuffle.fromOp(F, i -> (i + 2) % COUNT);
    private static final VectorShuffle<Float> EIGHTH = VectorShuffle.fromOp(F, i -> (i + 1) % COUNT);

    private EightLanes() {}

    /** Why this machine cannot run these kernels, or empty when it can. */
    static Optional<String> refusal() {
        int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        return bits >= F.vectorBitSize()
                ? Optional.empty()
                : Optional.of("vectors of " + bits + " bits, expected at least " + F.vectorBitSize());
    }

    /** The sum of 16 partial sums, {@code upper} being 8..15, in the order of {@link FloatMath#total}. */
    static float total(FloatVector lower, FloatVector upper) {
        FloatVector eight = lower.add(upper);
        FloatVector four = eight.add(eight.rearrange(HALF));
        FloatVector two = four.add(four.rearrange(QUARTER));
        return two.add(two.rearrange(EIGHTH)).lane(0);
    }
}
