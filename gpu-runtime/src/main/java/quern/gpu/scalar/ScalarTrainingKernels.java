package quern.gpu.scalar;

import java.util.Arrays;
import quern.gpu.kernel.AttentionWindow;
import quern.gpu.kernel.CodedRows;
import quern.gpu.kernel.Direction;
import quern.gpu.kernel.DynamicCode;
import quern.gpu.kernel.Matrix;
import quern.gpu.kernel.RopeTable;
import quern.gpu.kernel.Shapes;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;

/**
 * The definition of every training kernel. Products are chains of fused multiply-adds in the order of the summed
 * index, beginning at the present value where they accumulate; sums along a row are {@link FloatMath}'s partial sums.
 * The public pieces are the ends of rows that a vector loop leaves over. For one thread.
 */
public final class ScalarTrainingKernels implements TrainingKernels {

    /** The label of a row that has no loss. */
    public static final int NOT_COUNTED = -100;

    private final RopeAngles angles = new RopeAngles();

    @Override
    public void product(Rows w, Rows x, int count, Rows y, boolean accumulate) {
        Shapes.rows("product input", x, count, w.width());
        Shapes.rows("product output", y, count, w.count());
        for (int t = 0; t < count; t++) {
            for (int r = 0; r < w.count(); r++) {
                float sum = accumulate ? y.values()[y.at(t) + r] : 0f;
                for (int k = 0; k < w.width(); k++) {
                    sum = Math.fma(w.values()[w.at(r) + k], x.values()[x.at(t) + k], sum);
                }
                y.values()[y.at(t) + r] = sum;
            }
        }
    }

    @Override
    public void inputGradient(Rows w, Rows dy, int count, Rows dx, boolean accumulate) {
        Shapes.rows("output gradient", dy, count, w.count());
        Shapes.rows("input gradient", dx, count, w.width());
        if (!accumulate) {
            Arrays.fill(dx.values(), 0, count * w.width(), 0f);
        }
        for (int r = 0; r < w.count(); r++) {
            inputGradientOfRow(w.values(), w.at(r), w.width(), dy, r, count, dx);
        }
    }

    @Override
    public void inputGradient(Matrix w, int from, int to, Rows dy, int count, Rows dx, boolean accumulate) {
        checkRange(w, from, to, dy, count, dx);
        if (!accumulate) {
            Arrays.fill(dx.values(), 0, count * w.columns(), 0f);
        }
        float[] row = new float[w.columns()];
        for (int r = from; r < to; r++) {
            Dequantizer.row(((ScalarMatrix) w).tensor(), r, row, 0);
            inputGradientOfRow(row, 0, row.length, dy, r, count, dx);
        }
    }

    /** Rows of the matrix, and operands of the right size. */
    public static void checkRange(Matrix w, int from, int to, Rows dy, int count, Rows dx) {
        if (from < 0 || from > to || to > w.rows()) {
            throw new IllegalArgumentException(
                    "rows " + from + " to " + to + " of " + w.rows() + ", expected all inside");
        }
        Shapes.rows("output gradient", dy, count, w.rows());
        Shapes.rows("input gradient", dx, count, w.columns());
    }

    private static void inputGradientOfRow(float[] w, int from, int width, Rows dy, int r, int count, Rows dx) {
        for (int t = 0; t < count; t++) {
            float d = dy.values()[dy.at(t) + r];
            for (int k = 0; k < width; k++) {
                int at = dx.at(t) + k;
                dx.values()[at] = Math.fma(w[from + k], d, dx.values()[at]);
            }
        }
    }

    @Override
    public void weightGradient(Rows dy, Rows x, int count, Rows dw) {
        Shapes.rows("output gradient", dy, count, dw.count());
        Shapes.rows("product input", x, count, dw.width());
        for (int t = count - 1; t >= 0; t--) {
            for (int r = 0; r < dw.count(); r++) {
                for (int k = 0; k < dw.width(); k++) {
                    int at = dw.at(r) + k;
                    dw.values()[at] =
                            Math.fma(x.values()[x.at(t) + k], dy.values()[dy.at(t) + r], dw.values()[at]);
                }
            }
        }
    }

    @Override
    public void rmsNormGradient(
            Rows x, int count, float[] weight, float epsilon, Rows dy, Rows dx, boolean accumulate,
            float[] dWeight) {
        int width = weight.length;
        Shapes.rows("norm input", x, count, width);
        Shapes.rows("norm output gradient", dy, count, width);
        Shapes.rows("norm input gradient", dx, count, width);
        for (int t = count - 1; t >= 0; t--) {
            int at = x.at(t);
            float inverse = ScalarKernels.inverseRoot(
                    FloatMath.dot(x.values(), at, x.values(), at, width), width, epsilon);
            float common = weightedDot(dy.values(), weight, x.values(), at, width);
            float factor = -normFactor(common, inverse, width);
            for (int i = 0; i < width; i++) {
                float xi = x.values()[at + i];
                float dyi = dy.values()[at + i];
                if (dWeight != null) {
                    dWeight[i] = Math.fma(xi * inverse, dyi, dWeight[i]);
                }
                float d = Math.fma(xi, factor, dyi * weight[i] * inverse);
                dx.values()[at + i] = accumulate ? dx.values()[at + i] + d : d;
            }
        }
    }

    private static float weightedDot(float[] dy, float[] weight, float[] x, int at, int width) {
        float[] partials = new float[FloatMath.PARTIALS];
        for (int i = 0; i < width; i++) {
            int lane = i % FloatMath.PARTIALS;
            partials[lane] = Math.fma(dy[at + i] * weight[i], x[at + i], partials[lane]);
        }
        return FloatMath.total(partials);
    }

    /** {@code common * inverse^3 / width}, rounded once. */
    public static float normFactor(float common, float inverse, int width) {
        return (float) ((double) common * inverse * inverse * inverse / width);
    }

    @Override
    public void ropeGradient(Rows dx, int count, int headCount, int headSize, RopeTable table, int[] positions) {
        Shapes.rope(dx, count, headCount, headSize, table, positions);
        angles.turnTo(table, positions, count);
        ropeGradientRows(dx, 0, count, headCount, headSize, table, angles);
    }

    /** Rows {@code from} to {@code to - 1} of {@link #ropeGradient}. */
    public static void ropeGradientRows(
            Rows dx, int from, int to, int headCount, int headSize, RopeTable table, RopeAngles angles) {
        int pairs = table.frequencies().length;
        int step = table.interleaved() ? 2 : 1;
        int apart = table.interleaved() ? 1 : pairs;
        float[] values = dx.values();
        for (int t = from; t < to; t++) {
            for (int head = 0; head < headCount; head++) {
                int at = dx.at(t) + head * headSize;
                for (int i = 0; i < pairs; i++) {
                    float cos = angles.cosines()[t * pairs + i];
                    float sin = angles.sines()[t * pairs + i];
                    float a = values[at + i * step];
                    float b = values[at + i * step + apart];
                    values[at + i * step] = Math.fma(b, sin, a * cos);
                    values[at + i * step + apart] = Math.fma(-a, sin, b * cos);
                }
            }
        }
    }

    /** Operands of the right size. */
    public static void checkAttention(Rows q, Rows k, Rows v, AttentionWindow window, Rows out, Rows logSumExp) {
        if (q.width() % window.heads() != 0) {
            throw new IllegalArgumentException(
                    window.heads() + " query heads of " + q.width() + " columns, expected whole heads");
        }
        int kvWidth = q.width() / window.heads() * window.kvHeads();
        Shapes.rows("queries", q, window.count(), q.width());
        Shapes.rows("keys", k, window.to(), kvWidth);
        Shapes.rows("values", v, window.to(), kvWidth);
        Shapes.rows("attention output", out, window.count(), q.width());
        Shapes.rows("softmax denominators", logSumExp, window.count(), window.heads());
    }

    @Override
    public void windowAttention(Rows q, Rows k, Rows v, AttentionWindow window, Rows out, Rows logSumExp) {
        checkAttention(q, k, v, window, out, logSumExp);
        var attention = new ScalarWindowAttention(q, k, v, window);
        for (int t = 0; t < window.count(); t++) {
            for (int head = 0; head < window.heads(); head++) {
                logSumExp.values()[logSumExp.at(t) + head] = attention.forward(t, head, out);
            }
        }
    }

    @Override
    public void windowAttentionGradient(
            Rows q, Rows k, Rows v, Rows out, Rows logSumExp, Rows dOut, AttentionWindow window, Rows dq, Rows dk,
            Rows dv) {
        checkAttention(q, k, v, window, out, logSumExp);
        checkAttention(dq, dk, dv, window, dOut, logSumExp);
        var attention = new ScalarWindowAttention(q, k, v, window);
        int last = (window.count() - 1) / AttentionWindow.BLOCK * AttentionWindow.BLOCK;
        for (int block = last; block >= 0; block -= AttentionWindow.BLOCK) {
            int end = Math.min(window.count(), block + AttentionWindow.BLOCK);
            for (int head = 0; head < window.heads(); head++) {
                for (int t = block; t < end; t++) {
                    float logSum = logSumExp.values()[logSumExp.at(t) + head];
                    attention.gradient(t, head, out, logSum, dOut, dq, dk, dv);
                }
            }
        }
    }

    @Override
    public void siluMultiplyGradient(Rows gate, Rows up, Rows dOut, int count, Rows dGate, Rows dUp) {
        for (Rows rows : new Rows[] {gate, up, dOut, dGate, dUp}) {
            Shapes.rows("gated product", rows, count, gate.width());
        }
        siluGradient(
                gate.values(), up.values(), dOut.values(), 0, count * gate.width(), dGate.values(), dUp.values());
    }

    /** Elements {@code from} to {@code to - 1} of {@link #siluMultiplyGradient}. */
    public static void siluGradient(
            float[] gate, float[] up, float[] dOut, int from, int to, float[] dGate, float[] dUp) {
        for (int i = from; i < to; i++) {
            float g = gate[i];
            float u = up[i];
            float d = dOut[i];
            float sigmoid = 1f / (1f + FloatMath.exp(-g));
            float silu = g * sigmoid;
            float slope = Math.fma(silu, 1f - sigmoid, sigmoid);
            dGate[i] = d * u * slope;
            dUp[i] = d * silu;
        }
    }

    /** Labels are tokens of the vocabulary or {@link #NOT_COUNTED}, and every row's loss has a place. */
    public static void checkLabels(Rows logits, int count, int[] labels, double[] losses) {
        Shapes.rows("logits", logits, count, logits.width());
        if (losses.length < count) {
            throw new IllegalArgumentException(losses.length + " losses, expected at least " + count);
        }
        for (int t = 0; t < count; t++) {
            if (labels[t] != NOT_COUNTED && (labels[t] < 0 || labels[t] >= logits.width())) {
                throw new IllegalArgumentException("label " + labels[t] + " of row " + t + ", expected "
                        + NOT_COUNTED + " or 0.." + (logits.width() - 1));
            }
        }
    }

    @Override
    public void crossEntropy(Rows logits, int count, int[] labels, float gradientScale, double[] losses) {
        checkLabels(logits, count, labels, losses);
        float[] x = logits.values();
        for (int t = 0; t < count; t++) {
            int at = logits.at(t);
            int end = at + logits.width();
            if (labels[t] == NOT_COUNTED) {
                Arrays.fill(x, at, end, 0f);
                losses[t] = 0;
                continue;
            }
            float wanted = x[at + labels[t]];
            float max = Float.NEGATIVE_INFINITY;
            for (int i = at; i < end; i++) {
                max = Math.max(max, x[i]);
            }
            exponentials(x, at, end, max);
            float sum = FloatMath.sum(x, at, logits.width());
            float factor = gradientScale / sum;
            for (int i = at; i < end; i++) {
                x[i] *= factor;
            }
            x[at + labels[t]] -= gradientScale;
            losses[t] = Math.log(sum) + max - wanted;
        }
    }

    /** {@code x[i] = e^(x[i] - max)} for {@code from} to {@code to - 1}. */
    private static void exponentials(float[] x, int from, int to, float max) {
        for (int i = from; i < to; i++) {
            x[i] = FloatMath.exp(x[i] - max);
        }
    }

    /**
     * The constants of one AdamW update.
     *
     * @param keep what weight decay leaves of a parameter
     * @param secondRoot root of the second moments' bias correction
     */
    public record AdamWFactors(
            float gradientScale, float firstShare, float beta2, float secondShare, float secondRoot, float epsilon,
            float stepSize, float keep) {

        public static AdamWFactors of(AdamWStep step) {
            double firstBias = 1 - Math.pow(step.beta1(), step.step());
            double secondBias = 1 - Math.pow(step.beta2(), step.step());
            return new AdamWFactors(
                    step.gradientScale(), (float) (1.0 - step.beta1()), step.beta2(), (float) (1.0 - step.beta2()),
                    (float) Math.sqrt(secondBias), step.epsilon(), (float) (step.learningRate() / firstBias),
                    (float) (1.0 - (double) step.learningRate() * step.weightDecay()));
        }
    }

    @Override
    public void adamW(
            float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments, AdamWStep step) {
        adamWRange(
                parameters, gradients, firstMoments, secondMoments, AdamWFactors.of(step), 0, parameters.length);
    }

    /** Elements {@code from} to {@code to - 1} of {@link #adamW}. */
    public static void adamWRange(
            float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments, AdamWFactors f,
            int from, int to) {
        for (int i = from; i < to; i++) {
            float g = gradients[i] * f.gradientScale;
            float m = Math.fma(g - firstMoments[i], f.firstShare, firstMoments[i]);
            float v = Math.fma(g * g, f.secondShare, secondMoments[i] * f.beta2);
            float root = (float) Math.sqrt(v) / f.secondRoot + f.epsilon;
            parameters[i] = parameters[i] * f.keep - m * f.stepSize / root;
            firstMoments[i] = m;
            secondMoments[i] = v;
        }
    }

    @Override
    public void adamW(float[] parameters, float[] gradients, CodedRows firstMoments, CodedRows secondMoments,
            AdamWStep step) {
        adamWBlocks(parameters, gradients, firstMoments, secondMoments, AdamWFactors.of(step), 0,
                firstMoments.maxima().length);
    }

    /** Blocks {@code from} to {@code to - 1} of {@link #adamW}. */
    public static void adamWBlocks(float[] parameters, float[] gradients, CodedRows firstMoments,
            CodedRows secondMoments, AdamWFactors f, int from, int to) {
        float[] p = new float[CodedRows.BLOCK];
        float[] g = new float[CodedRows.BLOCK];
        float[] first = new float[CodedRows.BLOCK];
        float[] second = new float[CodedRows.BLOCK];
        for (int block = from; block < to; block++) {
            int at = block * CodedRows.BLOCK;
            int count = Math.min(CodedRows.BLOCK, parameters.length - at);
            System.arraycopy(parameters, at, p, 0, count);
            System.arraycopy(gradients, at, g, 0, count);
            firstMoments.decode(DynamicCode.SIGNED, block, count, first);
            secondMoments.decode(DynamicCode.UNSIGNED, block, count, second);
            adamWRange(p, g, first, second, f, 0, count);
            System.arraycopy(p, 0, parameters, at, count);
            firstMoments.encode(DynamicCode.SIGNED, block, count, first);
            secondMoments.encode(DynamicCode.UNSIGNED, block, count, second);
        }
    }

    @Override
    public void addDirection(float[] parameters, long seed, long first, float scale) {
        addDirection(parameters, seed, first, scale, 0, parameters.length);
    }

    /** Elements {@code from} to {@code to - 1} of {@link #addDirection(float[], long, long, float)}. */
    public static void addDirection(float[] parameters, long seed, long first, float scale, int from, int to) {
        for (int i = from; i < to; i++) {
            parameters[i] = Math.fma(scale, Direction.at(seed, first + i), parameters[i]);
        }
    }

    @Override
    public void lion(float[] parameters, float[] gradients, float[] momentum, LionStep step) {
        lionRange(parameters, gradients, momentum, step, 0, parameters.length);
    }

    /** Elements {@code from} to {@code to - 1} of {@link #lion}. */
    public static void lionRange(
            float[] parameters, float[] gradients, float[] momentum, LionStep step, int from, int to) {
        float keep = step.keep();
        float share1 = step.share1();
        float share2 = step.share2();
        for (int i = from; i < to; i++) {
            float g = gradients[i] * step.gradientScale();
            float direction = Math.fma(momentum[i], step.beta1(), g * share1);
            float move = direction > 0 ? step.learningRate() : direction < 0 ? -step.learningRate() : 0;
            parameters[i] = parameters[i] * keep - move;
            momentum[i] = Math.fma(momentum[i], step.beta2(), g * share2);
        }
    }
}
