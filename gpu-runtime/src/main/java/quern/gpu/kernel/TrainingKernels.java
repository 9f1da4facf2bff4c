package quern.gpu.kernel;

import quern.gpu.tensor.Rows;

/**
 * What training needs beyond {@link Kernels}: products with trainable F32 matrices, which are plain {@link Rows}
 * (row = output), and the gradient of every forward operation. {@code d} before a name means the gradient of the loss
 * with respect to it. Sums run in one fixed order, so a run repeats bit for bit. Gradients of weights are summed over
 * rows from the last to the first, beginning at the present value: a batch cut into windows that are taken from its end
 * gives the same bits as the whole (chunk-wise backward: Li et al., SeCO, arXiv 2505.16710).
 */
public interface TrainingKernels {

    /** {@code y[t][r] (+)= sum over k of w[r][k] * x[t][k]}. */
    void product(Rows w, Rows x, int count, Rows y, boolean accumulate);

    /** {@code dx[t][k] (+)= sum over r of dy[t][r] * w[r][k]}. */
    void inputGradient(Rows w, Rows dy, int count, Rows dx, boolean accumulate);

    /** The same through a packed, frozen matrix. */
    default void inputGradient(Matrix w, Rows dy, int count, Rows dx, boolean accumulate) {
        inputGradient(w, 0, w.rows(), dy, count, dx, accumulate);
    }

    /** The part of rows {@code from} to {@code to - 1} of it: ranges one after the other give the bits of the whole. */
    void inputGradient(Matrix w, int from, int to, Rows dy, int count, Rows dx, boolean accumulate);

    /** {@code dw[r][k] += sum over t of dy[t][r] * x[t][k]}, from the last row to the first. */
    void weightGradient(Rows dy, Rows x, int count, Rows dw);

    /**
     * Gradient of {@link Kernels#rmsNorm}; {@code dWeight} may be null when the weight is frozen, else it is added to
     * from the last row to the first.
     */
    void rmsNormGradient(
            Rows x, int count, float[] weight, float epsilon, Rows dy, Rows dx, boolean accumulate, float[] dWeight);

    /** Gradient of {@link Kernels#rope}, in place: the inverse rotation. */
    void ropeGradient(Rows dx, int count, int headCount, int headSize, RopeTable table, int[] positions);

    /**
     * Attention of one window's queries; {@code q}, {@code out} and {@code logSumExp} begin at the window's first row,
     * {@code k} and {@code v} at the batch's.
     *
     * @param logSumExp [row][head], kept for the gradient
     */
    void windowAttention(Rows q, Rows k, Rows v, AttentionWindow window, Rows out, Rows logSumExp);

    /**
     * Gradient of {@link #windowAttention}, with windows taken from the end of the batch: {@code dq} is overwritten,
     * {@code dk} and {@code dv} of the window's rows and of all before are added to. Once a window has been taken its
     * own rows of them are complete.
     */
    void windowAttentionGradient(
            Rows q, Rows k, Rows v, Rows out, Rows logSumExp, Rows dOut, AttentionWindow window, Rows dq, Rows dk,
            Rows dv);

    /** Gradient of {@link Kernels#siluMultiply}; outputs may be the inputs. */
    void siluMultiplyGradient(Rows gate, Rows up, Rows dOut, int count, Rows dGate, Rows dUp);

    /**
     * Cross entropy of each row against {@code labels[t]} (-100: not counted), and its gradient times
     * {@code gradientScale} written over the logits.
     *
     * @param losses of each row, in nats; overwritten
     */
    void crossEntropy(Rows logits, int count, int[] labels, float gradientScale, double[] losses);

    /** One AdamW update (Loshchilov and Hutter, arXiv 1711.05101), as torch.optim.AdamW computes it. */
    void adamW(float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments, AdamWStep step);

    /**
     * The same with moments of a byte each (Dettmers et al., arXiv 2110.02861): a block's are read, updated in float,
     * used, and rounded again, the first ones {@link DynamicCode#SIGNED}, the second {@link DynamicCode#UNSIGNED}.
     */
    void adamW(float[] parameters, float[] gradients, CodedRows firstMoments, CodedRows secondMoments, AdamWStep step);

    /**
     * One Lion update (Chen et al., Symbolic Discovery of Optimization Algorithms, arXiv 2302.06675): the parameter
     * shrinks by {@code learningRate * weightDecay} of itself and goes one {@code learningRate} against the sign of
     * {@code beta1 * m + (1 - beta1) * g}; then {@code m = beta2 * m + (1 - beta2) * g}.
     */
    void lion(float[] parameters, float[] gradients, float[] momentum, LionStep step);

    /**
     * {@code p[i] = fma(scale, z, p[i])}, where z is element {@code first + i} of the {@link Direction} of that seed.
     */
    void addDirection(float[] parameters, long seed, long first, float scale);

    /** @param gradientScale gradients are multiplied with */
    record LionStep(float learningRate, float beta1, float beta2, float weightDecay, float gradientScale) {

        /** What stays of a parameter. */
        public float keep() {
            return (float) (1.0 - (double) learningRate * weightDecay);
        }

        /** How much a gradient counts in the direction. */
        public float share1() {
            return (float) (1.0 - (double) beta1);
        }

        /** How much a gradient counts in the moment. */
        public float share2() {
            return (float) (1.0 - (double) beta2);
        }
    }

    /**
     * @param step number of this update, from 1
     */
    record AdamWStep(
            float learningRate, float beta1, float beta2, float epsilon, float weightDecay, float gradientScale,
            int step) {}
}
