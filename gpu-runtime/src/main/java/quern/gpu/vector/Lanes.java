package quern.gpu.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.scalar.FloatMath;

/** The vector shape of the element-wise training kernels, and the functions of {@link FloatMath} over its lanes. */
final class Lanes {

    /** At most as many lanes as {@link FloatMath#PARTIALS}, so that a row's partial sums have the same meaning. */
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED.length() > FloatMath.PARTIALS
            ? FloatVector.SPECIES_512
            : FloatVector.SPECIES_PREFERRED;

    /** 0, 1, 2, ... */
    static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(FloatMath.ROUNDER);

    private Lanes() {}

    /** {@link FloatMath#exp} in each lane of any shape, the same operations. */
    static FloatVector exp(FloatVector x) {
        VectorSpecies<Float> shape = x.species();
        FloatVector shifted =
                x.fma(FloatVector.broadcast(shape, FloatMath.LOG2_E), FloatVector.broadcast(shape, FloatMath.ROUNDER));
        FloatVector n = shifted.sub(FloatMath.ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(shape, -FloatMath.LN2_UPPER), x);
        r = n.fma(FloatVector.broadcast(shape, -FloatMath.LN2_LOWER), r);
        FloatVector p = FloatVector.broadcast(shape, FloatMath.EXP_C7);
        p = p.fma(r, FloatVector.broadcast(shape, FloatMath.EXP_C6));
        p = p.fma(r, FloatVector.broadcast(shape, FloatMath.EXP_C5));
        p = p.fma(r, FloatVector.broadcast(shape, FloatMath.EXP_C4));
        p = p.fma(r, FloatVector.broadcast(shape, FloatMath.EXP_C3));
        p = p.fma(r, FloatVector.broadcast(shape, FloatMath.EXP_C2));
        p = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = power.lanewise(VectorOperators.ASHR, 1);
        FloatVector result = p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
        result = result.blend(0f, x.compare(VectorOperators.LE, FloatMath.EXP_ZERO));
        return result.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GE, FloatMath.EXP_INFINITE));
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
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
                sum = sum.add(FloatVector.fromArray(F, a, from + i));
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
                max = max.max(FloatVector.fromArray(F, a, from + i));
            }
            float[] lanes = max.toArray();
            for (float lane : lanes) {
                largest = Math.max(largest, lane);
            }
        }
        for (int i = whole; i < count; i++) {
            largest = Math.max(largest, a[from + i]);
        }
        return largest;
    }
}
