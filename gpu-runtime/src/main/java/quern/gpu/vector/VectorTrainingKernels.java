package quern.gpu.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import quern.gpu.ComputeTeam;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.kernel.CodedRows;
import quern.gpu.kernel.Matrix;
import quern.gpu.kernel.RopeTable;
import quern.gpu.kernel.Shapes;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.scalar.RopeAngles;
import quern.gpu.scalar.ScalarKernels;
import quern.gpu.scalar.ScalarTrainingKernels;
import quern.gpu.tensor.Rows;

/**
 * {@link TrainingKernels} over vectors and the compute team. Products and attention run on {@link GemmPanels}; the
 * rest goes row by row, or element by element, with the operations of {@link ScalarTrainingKernels} in each lane.
 * Scratch memory is kept between calls: one thread drives an instance.
 */
public final class VectorTrainingKernels implements TrainingKernels {

    private static final VectorSpecies<Float> F = Lanes.F;
    private static final int LANES = F.length();

    /** Work below which a range is not worth another thread, in elements. */
    private static final int RANGE_ELEMENTS = 16_384;
    /** Rows of a packed matrix that are unpacked at a time. */
    private static final int UNPACKED_ROWS = 256;

    /** Elements whose exponentials are held at a time. */
    private static final int CHUNK_ELEMENTS = 1024;

    /** Reads a packed matrix back; called by any thread of the team. */
    @FunctionalInterface
    public interface Unpacking {
        /** Writes rows {@code from} to {@code from + count - 1} as floats to the start of {@code out}, row-major. */
        void rows(Matrix w, int from, int count, float[] out);
    }

    private final ComputeTeam team;
    private final Unpacking unpacking;
    private final VectorGemm gemm;
    private final VectorWindowAttention attention;
    private final RopeAngles angles = new RopeAngles();
    private final ThreadLocal<float[]> chunk = ThreadLocal.withInitial(() -> new float[CHUNK_ELEMENTS]);
    private float[] inverses = new float[0];
    private final ThreadLocal<float[]> part = ThreadLocal.withInitial(() -> new float[0]);
    private float[] unpacked = new float[0];

    public VectorTrainingKernels(ComputeTeam team, Unpacking unpacking) {
        this(team, unpacking, GemmPanels.ofThisMachine());
    }

    VectorTrainingKernels(ComputeTeam team, Unpacking unpacking, GemmPanels panels) {
        this.team = team;
        this.unpacking = unpacking;
        this.gemm = new VectorGemm(team, panels);
        this.attention = new VectorWindowAttention(team, panels);
    }

    @Override
    public void product(Rows w, Rows x, int count, Rows y, boolean accumulate) {
        gemm.product(w, x, count, y, accumulate);
    }

    @Override
    public void inputGradient(Rows w, Rows dy, int count, Rows dx, boolean accumulate) {
        gemm.inputGradient(w, dy, count, dx, accumulate);
    }

    @Override
    public void inputGradient(Matrix w, int from, int to, Rows dy, int count, Rows dx, boolean accumulate) {
        ScalarTrainingKernels.checkRange(w, from, to, dy, count, dx);
        int needed = Math.multiplyExact(Math.min(UNPACKED_ROWS, to - from), w.columns());
        if (unpacked.length < needed) {
            unpacked = new float[needed];
        }
        for (int row = from; row < to; row += UNPACKED_ROWS) {
            int used = Math.min(UNPACKED_ROWS, to - row);
            int first = row;
            team.split(used, 32, (begin, end) -> {
                float[] rows = part((end - begin) * w.columns());
                unpacking.rows(w, first + begin, end - begin, rows);
                System.arraycopy(rows, 0, unpacked, begin * w.columns(), (end - begin) * w.columns());
            });
            gemm.inputGradient(unpacked, used, w.columns(), dy, row, count, dx, accumulate || row > from);
        }
    }

    /** A thread's own; what it holds is what was left there. */
    private float[] part(int length) {
        if (part.get().length < length) {
            part.set(new float[length]);
        }
        return part.get();
    }

    @Override
    public void weightGradient(Rows dy, Rows x, int count, Rows dw) {
        gemm.weightGradient(dy, x, count, dw);
    }

    @Override
    public void rmsNormGradient(
            Rows x, int count, float[] weight, float epsilon, Rows dy, Rows dx, boolean accumulate,
            float[] dWeight) {
        Shapes.rows("norm input", x, count, weight.length);
        Shapes.rows("norm output gradient", dy, count, weight.length);
        Shapes.rows("norm input gradient", dx, count, weight.length);
        if (inverses.length < count) {
            inverses = new float[count];
        }
        team.split(count, rowsPerRange(x.width()), (from, to) -> {
            for (int t = from; t < to; t++) {
                inverses[t] = rmsNormGradientRow(x, t, weight, epsilon, dy, dx, accumulate);
            }
        });
        if (dWeight != null) {
            team.split(weight.length, 64, (from, to) -> normWeightGradient(x, count, dy, dWeight, from, to));
        }
    }

    private static float rmsNormGradientRow(
            Rows x, int t, float[] weight, float epsilon, Rows dy, Rows dx, boolean accumulate) {
        int width = weight.length;
        int at = x.at(t);
        float inverse = ScalarKernels.inverseRoot(Lanes.dot(x.values(), at, x.values(), at, width), width, epsilon);
        float common = Lanes.dot(dy.values(), at, weight, 0, x.values(), at, width);
        float factor = -ScalarTrainingKernels.normFactor(common, inverse, width);
        float[] out = dx.values();
        int i = 0;
        for (; i < F.loopBound(width); i += LANES) {
            FloatVector direct = FloatVector.fromArray(F, dy.values(), at + i)
                    .mul(FloatVector.fromArray(F, weight, i)).mul(inverse);
            FloatVector d = FloatVector.fromArray(F, x.values(), at + i)
                    .fma(FloatVector.broadcast(F, factor), direct);
            (accumulate ? FloatVector.fromArray(F, out, at + i).add(d) : d).intoArray(out, at + i);
        }
        for (; i < width; i++) {
            float d = Math.fma(x.values()[at + i], factor, dy.values()[at + i] * weight[i] * inverse);
            out[at + i] = accumulate ? out[at + i] + d : d;
        }
        return inverse;
    }

    private void normWeightGradient(Rows x, int count, Rows dy, float[] dWeight, int from, int to) {
        for (int t = count - 1; t >= 0; t--) {
            int at = x.at(t);
            float inverse = inverses[t];
            int i = from;
            for (; i + LANES <= to; i += LANES) {
                FloatVector.fromArray(F, x.values(), at + i).mul(inverse)
                        .fma(FloatVector.fromArray(F, dy.values(), at + i), FloatVector.fromArray(F, dWeight, i))
                        .intoArray(dWeight, i);
            }
            for (; i < to; i++) {
                dWeight[i] = Math.fma(x.values()[at + i] * inverse, dy.values()[at + i], dWeight[i]);
            }
        }
    }

    @Override
    public void ropeGradient(Rows dx, int count, int headCount, int headSize, RopeTable table, int[] positions) {
        Shapes.rope(dx, count, headCount, headSize, table, positions);
        angles.turnTo(table, positions, count);
        team.split(count, rowsPerRange(dx.width()), (from, to) ->
                ScalarTrainingKernels.ropeGradientRows(dx, from, to, headCount, headSize, table, angles));
    }

    @Override
    public void windowAttention(Rows q, Rows k, Rows v, AttentionWindow window, Rows out, Rows logSumExp) {
        ScalarTrainingKernels.checkAttention(q, k, v, window, out, logSumExp);
        attention.forward(window, new VectorWindowAttention.Inputs(q, k, v),
                new VectorWindowAttention.Outputs(out, logSumExp));
    }

    @Override
    public void windowAttentionGradient(
            Rows q, Rows k, Rows v, Rows out, Rows logSumExp, Rows dOut, AttentionWindow window, Rows dq, Rows dk,
            Rows dv) {
        ScalarTrainingKernels.checkAttention(q, k, v, window, out, logSumExp);
        ScalarTrainingKernels.checkAttention(dq, dk, dv, window, dOut, logSumExp);
        attention.gradient(window, new VectorWindowAttention.Inputs(q, k, v),
                new VectorWindowAttention.Outputs(out, logSumExp), dOut,
                new VectorWindowAttention.Gradients(dq, dk, dv));
    }

    @Override
    public void siluMultiplyGradient(Rows gate, Rows up, Rows dOut, int count, Rows dGate, Rows dUp) {
        int width = gate.width();
        for (Rows rows : new Rows[] {gate, up, dOut, dGate, dUp}) {
            Shapes.rows("gated product", rows, count, width);
        }
        team.split(count * width, RANGE_ELEMENTS, (from, to) ->
                siluRange(gate.values(), up.values(), dOut.values(), from, to, dGate.values(), dUp.values()));
    }

    private void siluRange(float[] gate, float[] up, float[] dOut, int from, int to, float[] dGate, float[] dUp) {
        float[] exponentials = chunk.get();
        for (int at = from; at < to; at += CHUNK_ELEMENTS) {
            int count = Math.min(CHUNK_ELEMENTS, to - at);
            for (int i = 0; i < count; i++) {
                exponentials[i] = -gate[at + i];
            }
            Lanes.exp(exponentials, 0, count);
            siluChunk(gate, up, dOut, at, count, exponentials, dGate, dUp);
        }
    }

    private static void siluChunk(
            float[] gate, float[] up, float[] dOut, int from, int count, float[] exponentials, float[] dGate,
            float[] dUp) {
        FloatVector one = FloatVector.broadcast(F, 1f);
        int i = 0;
        for (; i < F.loopBound(count); i += LANES) {
            FloatVector g = FloatVector.fromArray(F, gate, from + i);
            FloatVector u = FloatVector.fromArray(F, up, from + i);
            FloatVector d = FloatVector.fromArray(F, dOut, from + i);
            FloatVector sigmoid = one.div(FloatVector.fromArray(F, exponentials, i).add(one));
            FloatVector silu = g.mul(sigmoid);
            FloatVector slope = silu.fma(one.sub(sigmoid), sigmoid);
            d.mul(u).mul(slope).intoArray(dGate, from + i);
            d.mul(silu).intoArray(dUp, from + i);
        }
        ScalarTrainingKernels.siluGradient(gate, up, dOut, from + i, from + count, dGate, dUp);
    }

    @Override
    public void crossEntropy(Rows logits, int count, int[] labels, float gradientScale, double[] losses) {
        ScalarTrainingKernels.checkLabels(logits, count, labels, losses);
        team.split(count, rowsPerRange(logits.width()), (from, to) -> {
            for (int t = from; t < to; t++) {
                losses[t] = crossEntropyRow(logits.values(), logits.at(t), logits.width(), labels[t], gradientScale);
            }
        });
    }

    private static double crossEntropyRow(float[] x, int at, int width, int label, float gradientScale) {
        if (label == ScalarTrainingKernels.NOT_COUNTED) {
            Arrays.fill(x, at, at + width, 0f);
            return 0;
        }
        float wanted = x[at + label];
        float max = Lanes.max(x, at, width);
        for (int i = at; i < at + width; i++) {
            x[i] -= max;
        }
        Lanes.exp(x, at, width);
        float sum = Lanes.sum(x, at, width);
        float factor = gradientScale / sum;
        for (int i = at; i < at + width; i++) {
            x[i] *= factor;
        }
        x[at + label] -= gradientScale;
        return Math.log(sum) + max - wanted;
    }

    @Override
    public void adamW(
            float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments, AdamWStep step) {
        ScalarTrainingKernels.AdamWFactors factors = ScalarTrainingKernels.AdamWFactors.of(step);
        team.split(parameters.length, RANGE_ELEMENTS, (from, to) ->
                adamWRange(parameters, gradients, firstMoments, secondMoments, factors, from, to));
    }

    @Override
    public void adamW(float[] parameters, float[] gradients, CodedRows firstMoments, CodedRows secondMoments,
            AdamWStep step) {
        ScalarTrainingKernels.AdamWFactors factors = ScalarTrainingKernels.AdamWFactors.of(step);
        team.split(firstMoments.maxima().length, Math.max(1, RANGE_ELEMENTS / CodedRows.BLOCK), (from, to) ->
                ScalarTrainingKernels.adamWBlocks(
                        parameters, gradients, firstMoments, secondMoments, factors, from, to));
    }

    @Override
    public void addDirection(float[] parameters, long seed, long first, float scale) {
        team.split(parameters.length, RANGE_ELEMENTS, (from, to) ->
                ScalarTrainingKernels.addDirection(parameters, seed, first, scale, from, to));
    }

    private static void adamWRange(
            float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments,
            ScalarTrainingKernels.AdamWFactors f, int from, int to) {
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector g = FloatVector.fromArray(F, gradients, i).mul(f.gradientScale());
            FloatVector m = FloatVector.fromArray(F, firstMoments, i);
            m = g.sub(m).fma(FloatVector.broadcast(F, f.firstShare()), m);
            FloatVector v = FloatVector.fromArray(F, secondMoments, i).mul(f.beta2());
            v = g.mul(g).fma(FloatVector.broadcast(F, f.secondShare()), v);
            FloatVector root = v.lanewise(VectorOperators.SQRT).div(f.secondRoot()).add(f.epsilon());
            FloatVector p = FloatVector.fromArray(F, parameters, i).mul(f.keep());
            p.sub(m.mul(f.stepSize()).div(root)).intoArray(parameters, i);
            m.intoArray(firstMoments, i);
            v.intoArray(secondMoments, i);
        }
        ScalarTrainingKernels.adamWRange(parameters, gradients, firstMoments, secondMoments, f, i, to);
    }

    @Override
    public void lion(float[] parameters, float[] gradients, float[] momentum, LionStep step) {
        team.split(parameters.length, RANGE_ELEMENTS,
                (from, to) -> lionRange(parameters, gradients, momentum, step, from, to));
    }

    private static void lionRange(
            float[] parameters, float[] gradients, float[] momentum, LionStep step, int from, int to) {
        FloatVector nothing = FloatVector.zero(F);
        FloatVector beta1 = FloatVector.broadcast(F, step.beta1());
        FloatVector beta2 = FloatVector.broadcast(F, step.beta2());
        float keep = step.keep();
        float share1 = step.share1();
        float share2 = step.share2();
        int i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector g = FloatVector.fromArray(F, gradients, i).mul(step.gradientScale());
            FloatVector m = FloatVector.fromArray(F, momentum, i);
            FloatVector direction = m.fma(beta1, g.mul(share1));
            FloatVector move = nothing
                    .blend(step.learningRate(), direction.compare(VectorOperators.GT, 0f))
                    .blend(-step.learningRate(), direction.compare(VectorOperators.LT, 0f));
            FloatVector.fromArray(F, parameters, i).mul(keep).sub(move).intoArray(parameters, i);
            m.fma(beta2, g.mul(share2)).intoArray(momentum, i);
        }
        ScalarTrainingKernels.lionRange(parameters, gradients, momentum, step, i, to);
    }

    private static int rowsPerRange(int width) {
        return Math.max(1, RANGE_ELEMENTS / Math.max(1, width));
    }
}
