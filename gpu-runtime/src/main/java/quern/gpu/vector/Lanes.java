package quern.gpu.vector;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.FloatMath;

/** The vector shape of all kernels but the tiles, and the functions of {@link FloatMath} over its lanes. */
final class Lanes {

    /** At most as many lanes as {@link FloatMath#PARTIALS}, so that a row's partial sums have the same meaning. */
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED.length() > FloatMath.PARTIALS
            ? FloatVector.SPECIES_512
            : FloatVector.SPECIES_PREFERRED;

    private static final VectorSpecies<Integer> I = F.vectorShape() == VectorShape.S_512_BIT
            ? IntVector.SPECIES_512
            : F.vectorShape() == VectorShape.S_256_BIT ? IntVector.SPECIES_256 : IntVector.SPECIES_128;

    /** 0, 1, 2, ... */
    static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(FloatMath.ROUNDER);

    private static final int BITS_MIN = 256;

    private Lanes() {}

    /** Why this machine cannot run these kernels, or empty when it can. */
    static Optional<String> refusal() {
        int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        return bits >= BITS_MIN
                ? Optional.empty()
                : Optional.of("vectors of " + bits + " bits, expected at least " + BITS_MIN);
    }

    /*
     * Over an array, not over a vector: a method that takes a vector is compiled by itself where it is hot, is then too
     * large to be inlined, and its argument is boxed (measured: 33 ns an element instead of 0.3). Here every vector is
     * made in the loop that uses it.
     */
    /** {@code x[i] = e^x[i]} for {@code count} elements, the operations of {@link FloatMath#exp}. */
    static void exp(float[] values, int from, int count) {
        exp(values, from, count, 0f);
    }

    /** {@code x[i] = e^(x[i] - shift)}. */
    static void exp(float[] values, int from, int count, float shift) {
        int i = from;
        for (int end = from + F.loopBound(count); i < end; i += F.length()) {
            FloatVector x = FloatVector.fromArray(F, values, i).sub(FloatVector.broadcast(F, shift));
            FloatVector shifted = x.fma(
                    FloatVector.broadcast(F, FloatMath.LOG2_E), FloatVector.broadcast(F, FloatMath.ROUNDER));
            FloatVector n = shifted.sub(FloatVector.broadcast(F, FloatMath.ROUNDER));
            FloatVector r = n.fma(FloatVector.broadcast(F, -FloatMath.LN2_UPPER), x);
            r = n.fma(FloatVector.broadcast(F, -FloatMath.LN2_LOWER), r);
            FloatVector p = FloatVector.broadcast(F, FloatMath.EXP_C7)
                    .fma(r, FloatVector.broadcast(F, FloatMath.EXP_C6));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C5));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C4));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C3));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C2));
            p = p.fma(r.mul(r), r).add(FloatVector.broadcast(F, 1f));
            IntVector power = shifted.reinterpretAsInts().sub(IntVector.broadcast(I, ROUNDER_BITS));
            IntVector half = power.lanewise(VectorOperators.ASHR, 1);
            IntVector bias = IntVector.broadcast(I, 127);
            p = p.mul(half.add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            p = p.mul(power.sub(half).add(bias).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            p = p.blend(0f, x.compare(VectorOperators.LE, FloatVector.broadcast(F, FloatMath.EXP_ZERO)));
            VectorMask<Float> infinite =
                    x.compare(VectorOperators.GE, FloatVector.broadcast(F, FloatMath.EXP_INFINITE));
            p.blend(Float.POSITIVE_INFINITY, infinite).intoArray(values, i);
        }
        for (; i < from + count; i++) {
            values[i] = FloatMath.exp(values[i] - shift);
        }
    }

    /** {@link FloatMath#dot}. */
    static float dot(float[] a, int aFrom, float[] b, int bFrom, int count) {
        float[] partials = new float[FloatMath.PARTIALS];
        int whole = count - count % FloatMath.PARTIALS;
        for (int lane = 0; lane < FloatMath.PARTIALS; lane += F.length()) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                sum = FloatVector.fromArray(F, a, aFrom + i).fma(FloatVector.fromArray(F, b, bFrom + i), sum);
            }
            sum.intoArray(partials, lane);
        }
        for (int i = whole; i < count; i++) {
            partials[i - whole] = Math.fma(a[aFrom + i], b[bFrom + i], partials[i - whole]);
        }
        return FloatMath.total(partials);
    }

    /** {@code sum over i of (a[i] * weight[i]) * b[i]}, in partial sums. */
    static float dot(float[] a, int aFrom, float[] weight, int weightFrom, float[] b, int bFrom, int count) {
        float[] partials = new float[FloatMath.PARTIALS];
        int whole = count - count % FloatMath.PARTIALS;
        for (int lane = 0; lane < FloatMath.PARTIALS; lane += F.length()) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                sum = FloatVector.fromArray(F, a, aFrom + i).mul(FloatVector.fromArray(F, weight, weightFrom + i))
                        .fma(FloatVector.fromArray(F, b, bFrom + i), sum);
            }
            sum.intoArray(partials, lane);
        }
        for (int i = whole; i < count; i++) {
            partials[i - whole] =
                    Math.fma(a[aFrom + i] * weight[weightFrom + i], b[bFrom + i], partials[i - whole]);
        }
        return FloatMath.total(partials);
    }

    /** {@link FloatMath#sum}. */
    static float sum(float[] a, int from, int count) {
        float[] partials = new float[FloatMath.PARTIALS];
        int whole = count - count % FloatMath.PARTIALS;
        for (int lane = 0; lane < FloatMath.PARTIALS; lane += F.length()) {
            FloatVector sum = FloatVector.zero(F);
            for (int i = lane; i < whole; i += FloatMath.PARTIALS) {
                sum = FloatVector.fromArray(F, a, from + i).add(sum);
            }
            sum.intoArray(partials, lane);
        }
        for (int i = whole; i < count; i++) {
            partials[i - whole] += a[from + i];
        }
        return FloatMath.total(partials);
    }

    /** Largest of {@code count} elements, at least one; NaN if any is. */
    static float max(float[] a, int from, int count) {
        int whole = F.loopBound(count);
        float largest = Float.NEGATIVE_INFINITY;
        if (whole > 0) {
            FloatVector max = FloatVector.fromArray(F, a, from);
            for (int i = F.length(); i < whole; i += F.length()) {
                max = FloatVector.fromArray(F, a, from + i).max(max);
            }
            largest = max.reduceLanes(VectorOperators.MAX);
        }
        for (int i = whole; i < count; i++) {
            largest = Math.max(largest, a[from + i]);
        }
        return largest;
    }
}
