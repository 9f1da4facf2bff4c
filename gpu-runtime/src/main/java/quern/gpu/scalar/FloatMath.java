package quern.gpu.scalar;

/**
 * Float arithmetic with one meaning everywhere: the same operations in the same order as the vector code, so that both
 * give the same bits before and after compilation, whatever the number of lanes.
 *
 * <p>A sum over the elements of one row (a norm, a dot product, a softmax's denominator) runs in {@value #PARTIALS}
 * partial sums, element i in partial i mod {@value #PARTIALS}, which {@link #total} then adds pairwise.
 */
public final class FloatMath {

    /** Partial sums of a reduction along a row. */
    public static final int PARTIALS = 16;

    /** At and below, {@link #exp} is 0: half of the smallest subnormal. */
    public static final float EXP_ZERO = -103.97208f;
    /** At and above, {@link #exp} is infinite. */
    public static final float EXP_INFINITE = 88.722839f;

    /** 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the sum. */
    public static final float ROUNDER = 12_582_912f;

    public static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; the upper has few enough bits that a product with |n| < 256 is exact. */
    public static final float LN2_UPPER = 0.693359375f;
    public static final float LN2_LOWER = -2.12194440e-4f;

    /** e^r = 1 + r + r^2 * (C2 + C3 r + ... + C7 r^5) on |r| <= ln 2 / 2; coefficients of Moshier's Cephes expf. */
    public static final float EXP_C2 = 5.0000001201e-1f;
    public static final float EXP_C3 = 1.6666665459e-1f;
    public static final float EXP_C4 = 4.1665795894e-2f;
    public static final float EXP_C5 = 8.3334519073e-3f;
    public static final float EXP_C6 = 1.3981999507e-3f;
    public static final float EXP_C7 = 1.9875691500e-4f;

    private static final float GELU_LINEAR = 1.5957691216f;
    private static final float GELU_CUBIC = 0.0713548163f;

    private static final float ROOT_HALF = 0.70710678f;
    /** erf(z) = 1 - t (A1 + A2 t + ... + A5 t^4) e^(-z^2), t = 1 / (1 + P z): Abramowitz and Stegun, 7.1.26. */
    private static final float ERF_P = 0.3275911f;
    private static final float ERF_A1 = 0.254829592f;
    private static final float ERF_A2 = -0.284496736f;
    private static final float ERF_A3 = 1.421413741f;
    private static final float ERF_A4 = -1.453152027f;
    private static final float ERF_A5 = 1.061405429f;

    private FloatMath() {}

    /**
     * e^x, within 2 units in the last place of the true value (subnormal results: of the smallest subnormal).
     * NaN gives NaN.
     */
    public static float exp(float x) {
        if (x <= EXP_ZERO) {
            return 0f;
        }
        if (x >= EXP_INFINITE) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOWER, Math.fma(n, -LN2_UPPER, x));
        float p = Math.fma(EXP_C7, r, EXP_C6);
        p = Math.fma(p, r, EXP_C5);
        p = Math.fma(p, r, EXP_C4);
        p = Math.fma(p, r, EXP_C3);
        p = Math.fma(p, r, EXP_C2);
        p = Math.fma(p, r * r, r) + 1f;
        // Two factors, because 2^128 and the powers below 2^-126 have no float of their own.
        int power = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUNDER);
        int half = power >> 1;
        return p * powerOfTwo(half) * powerOfTwo(power - half);
    }

    private static float powerOfTwo(int n) {
        return Float.intBitsToFloat((n + 127) << 23);
    }

    /** x / (1 + e^-x). */
    public static float silu(float x) {
        return x / (1f + exp(-x));
    }

    /** {@code cap * tanh(x / cap)}; tanh(y) = 1 - 2 / (e^2y + 1), off by at most about 1e-7. */
    public static float softcap(float x, float cap) {
        float y = x / cap;
        return capped(exp(y + y), cap);
    }

    /** The value whose {@code e^(2 x / cap)} is given. */
    public static float capped(float exponential, float cap) {
        return cap * (1f - 2f / (exponential + 1f));
    }

    /** The tanh form of GELU, written as x times a logistic function. */
    public static float gelu(float x) {
        return x / (1f + exp(geluExponent(x)));
    }

    /** {@code -2 sqrt(2 / pi) (x + 0.044715 x^3)}. */
    public static float geluExponent(float x) {
        return -x * Math.fma(x * x, GELU_CUBIC, GELU_LINEAR);
    }

    /** GELU by the error function, off by at most 1e-6. */
    public static float geluExact(float x) {
        return geluExact(x, exp(geluExactExponent(x)));
    }

    /** {@code -x^2 / 2}. */
    public static float geluExactExponent(float x) {
        float z = x * ROOT_HALF;
        return -z * z;
    }

    /** GELU of x, whose {@code e^(-x^2 / 2)} is given. */
    public static float geluExact(float x, float exponential) {
        float t = 1f / Math.fma(Math.abs(x) * ROOT_HALF, ERF_P, 1f);
        float p = Math.fma(ERF_A5, t, ERF_A4);
        p = Math.fma(p, t, ERF_A3);
        p = Math.fma(p, t, ERF_A2);
        p = Math.fma(p, t, ERF_A1);
        float tail = 0.5f * x * (p * t * exponential);
        return x < 0 ? tail : x - tail;
    }

    /** {@code sum over i < count of a[aFrom + i] * b[bFrom + i]}, in partial sums. */
    public static float dot(float[] a, int aFrom, float[] b, int bFrom, int count) {
        float[] partials = new float[PARTIALS];
        for (int i = 0; i < count; i++) {
            int lane = i % PARTIALS;
            partials[lane] = Math.fma(a[aFrom + i], b[bFrom + i], partials[lane]);
        }
        return total(partials);
    }

    /** {@code sum over i < count of a[from + i]}, in partial sums. */
    public static float sum(float[] a, int from, int count) {
        float[] partials = new float[PARTIALS];
        for (int i = 0; i < count; i++) {
            partials[i % PARTIALS] += a[from + i];
        }
        return total(partials);
    }

    /** The sum of the partial sums: halves added until one is left. Overwrites {@code partials}. */
    public static float total(float[] partials) {
        for (int half = PARTIALS / 2; half >= 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                partials[i] += partials[i + half];
            }
        }
        return partials[0];
    }
}
