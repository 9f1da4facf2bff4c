package quern.gpu.vector;

import static quern.gpu.vector.Lanes.F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.kernel.Activation;
import quern.gpu.scalar.FloatMath;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;

/** Kernels along one row. Where a row ends inside a vector, masked lanes take part with zeros. */
final class RowKernels {

    /** Elements whose exponentials are held at a time. */
    private static final int SILU_CHUNK = 1024;

    private static final int LANES = F.length();
    private static final VectorSpecies<Byte> BYTES =
            LANES == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    private static final VectorShuffle<Float> SWAP_PAIRS = VectorShuffle.fromOp(F, i -> i ^ 1);

    private RowKernels() {}

    static void rmsNorm(float[] x, int from, int width, float[] weight, float epsilon, float[] y) {
        float inverse = ScalarKernels.inverseRoot(Lanes.dot(x, from, x, from, width), width, epsilon);
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector.fromArray(F, x, from + i).mul(inverse).mul(FloatVector.fromArray(F, weight, i))
                    .intoArray(y, from + i);
        }
        for (; i < width; i++) {
            y[from + i] = x[from + i] * inverse * weight[i];
        }
    }

    /** Length of {@code rows[at ..] + scale * b[row] a}, which the row becomes. */
    static float updatedNorm(float[] rows, int at, Rows a, Rows b, int row, float scale) {
        int width = a.width();
        for (int j = 0; j < a.count(); j++) {
            float factor = scale * b.values()[b.at(row) + j];
            int from = a.at(j);
            int i = 0;
            for (; i + LANES <= width; i += LANES) {
                FloatVector.fromArray(F, a.values(), from + i)
                        .fma(FloatVector.broadcast(F, factor), FloatVector.fromArray(F, rows, at + i))
                        .intoArray(rows, at + i);
            }
            for (; i < width; i++) {
                rows[at + i] = Math.fma(factor, a.values()[from + i], rows[at + i]);
            }
        }
        return (float) Math.sqrt(Lanes.dot(rows, at, rows, at, width));
    }

    static void siluMultiply(float[] gate, float[] up, int from, int to, float[] out) {
        float[] exponentials = new float[Math.min(SILU_CHUNK, to - from)];
        for (int at = from; at < to; at += SILU_CHUNK) {
            int count = Math.min(SILU_CHUNK, to - at);
            for (int i = 0; i < count; i++) {
                exponentials[i] = -gate[at + i];
            }
            Lanes.exp(exponentials, 0, count);
            for (int i = 0; i < count; i++) {
                out[at + i] = gate[at + i] / (1f + exponentials[i]) * up[at + i];
            }
        }
    }

    static void layerNorm(
            float[] x, int from, int width, float[] weight, float[] bias, float epsilon, float[] y) {
        float mean = ScalarKernels.mean(Lanes.sum(x, from, width), width);
        for (int i = 0; i < width; i++) {
            y[from + i] = x[from + i] - mean;
        }
        float inverse = ScalarKernels.inverseRoot(Lanes.dot(y, from, y, from, width), width, epsilon);
        for (int i = 0; i < width; i++) {
            y[from + i] = Math.fma(y[from + i] * inverse, weight[i], bias[i]);
        }
    }

    static void activate(Activation activation, float[] x, int from, int to) {
        float[] exponentials = new float[Math.min(SILU_CHUNK, to - from)];
        boolean exact = activation == Activation.GELU;
        for (int at = from; at < to; at += SILU_CHUNK) {
            int count = Math.min(SILU_CHUNK, to - at);
            for (int i = 0; i < count; i++) {
                exponentials[i] = exact ? FloatMath.geluExactExponent(x[at + i]) : FloatMath.geluExponent(x[at + i]);
            }
            Lanes.exp(exponentials, 0, count);
            for (int i = 0; i < count; i++) {
                x[at + i] = exact
                        ? FloatMath.geluExact(x[at + i], exponentials[i]) : x[at + i] / (1f + exponentials[i]);
            }
        }
    }

    static void geluMultiply(float[] gate, float[] up, int from, int to, float[] out) {
        float[] exponentials = new float[Math.min(SILU_CHUNK, to - from)];
        for (int at = from; at < to; at += SILU_CHUNK) {
            int count = Math.min(SILU_CHUNK, to - at);
            for (int i = 0; i < count; i++) {
                exponentials[i] = FloatMath.geluExponent(gate[at + i]);
            }
            Lanes.exp(exponentials, 0, count);
            for (int i = 0; i < count; i++) {
                out[at + i] = gate[at + i] / (1f + exponentials[i]) * up[at + i];
            }
        }
    }

    static void softcap(float[] x, int from, int count, float cap) {
        for (int i = from; i < from + count; i++) {
            float y = x[i] / cap;
            x[i] = y + y;
        }
        Lanes.exp(x, from, count);
        for (int i = from; i < from + count; i++) {
            x[i] = FloatMath.capped(x[i], cap);
        }
    }

    /** Pairs (i, i + pairs) of one head. */
    static void rotateHalves(float[] x, int at, int pairs, float[] cosines, float[] sines, int from) {
        int i = 0;
        for (; i + LANES <= pairs; i += LANES) {
            FloatVector a = FloatVector.fromArray(F, x, at + i);
            FloatVector b = FloatVector.fromArray(F, x, at + pairs + i);
            FloatVector cos = FloatVector.fromArray(F, cosines, from + i);
            FloatVector sin = FloatVector.fromArray(F, sines, from + i);
            b.neg().fma(sin, a.mul(cos)).intoArray(x, at + i);
            a.fma(sin, b.mul(cos)).intoArray(x, at + pairs + i);
        }
        for (; i < pairs; i++) {
            rotate(x, at + i, at + pairs + i, cosines[from + i], sines[from + i]);
        }
    }

    /**
     * Pairs (2i, 2i + 1) of one head.
     *
     * @param cosines each twice in a row
     * @param sines each twice in a row, negated the first time
     */
    static void rotateNeighbours(float[] x, int at, int elements, float[] cosines, float[] sines, int from) {
        int i = 0;
        for (; i + LANES <= elements; i += LANES) {
            FloatVector own = FloatVector.fromArray(F, x, at + i);
            FloatVector cos = FloatVector.fromArray(F, cosines, from + i);
            FloatVector sin = FloatVector.fromArray(F, sines, from + i);
            own.rearrange(SWAP_PAIRS).fma(sin, own.mul(cos)).intoArray(x, at + i);
        }
        for (; i < elements; i += 2) {
            rotate(x, at + i, at + i + 1, cosines[from + i], sines[from + i + 1]);
        }
    }

    private static void rotate(float[] x, int first, int second, float cos, float sin) {
        float a = x[first];
        float b = x[second];
        x[first] = Math.fma(-b, sin, a * cos);
        x[second] = Math.fma(a, sin, b * cos);
    }

    /**
     * {@link ScalarKernels#quantize} of one whole block of 32.
     */
    static void quantize(float[] x, int from, QuantizedRows q, int block) {
        FloatVector largest = FloatVector.fromArray(F, x, from).abs();
        for (int i = LANES; i < 32; i += LANES) {
            largest = FloatVector.fromArray(F, x, from + i).abs().max(largest);
        }
        float scale = largest.reduceLanes(VectorOperators.MAX) / 127f;
        if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
            ScalarKernels.quantize(x, from, 32, q, block);
            return;
        }
        q.scales()[block] = scale;
        for (int i = 0; i < 32; i += LANES) {
            /* Nearest integer, halves away from zero: whole part and fraction are both exact. */
            FloatVector quotient = FloatVector.fromArray(F, x, from + i).div(scale);
            FloatVector whole = (FloatVector) quotient.convert(VectorOperators.F2I, 0).convert(VectorOperators.I2F, 0);
            FloatVector fraction = quotient.sub(whole);
            whole.add(1f, fraction.compare(VectorOperators.GE, 0.5f))
                    .sub(1f, fraction.compare(VectorOperators.LE, -0.5f))
                    .min(127f).max(-127f)
                    .convertShape(VectorOperators.F2B, BYTES, 0).reinterpretAsBytes()
                    .intoArray(q.values(), block * 32 + i);
        }
    }
}
