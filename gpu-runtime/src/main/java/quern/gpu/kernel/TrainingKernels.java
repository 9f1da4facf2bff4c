package quern.gpu.kernel;

import quern.gpu.tensor.Rows;

/**
 * What training needs beyond {@link Kernels}: products with trainable F32 matrices, which are plain {@link Rows}
 * (row = output), and the gradient of every forward operation. {@code d} before a name means the gradient of the loss
 * with respect to it. Sums run in one fixed order for a given shape, so a run repeats bit for bit.
 */
public interface TrainingKernels {

    /** {@code y[t][r] (+)= sum over k of w[r][k] * x[t][k]}. */
    void product(Rows w, Rows x, int count, Rows y, boolean accumulate);

    /** {@code dx[t][k] (+)= sum over r of dy[t][r] * w[r][k]}. */
    void inputGradient(Rows w, Rows dy, int count, Rows dx, boolean accumulate);

    /** The same through a packed, frozen matrix. */
    void inputGradient(Matrix w, Rows dy, int count, Rows dx, boolean accumulate);

    /** {@code dw[r][k] += sum over t of dy[t][r] * x[t][k]}. */
    void weightGradient(Rows dy, Rows x, int count, Rows dw);

    /** Gradient of {@link Kernels#rmsNorm}; {@code dWeight} may be null when the weight is frozen, else accumulates. */
    void rmsNormGradient(
            Rows x, int count, float[] weight, float epsilon, Rows dy, Rows dx, boolean accumulate, float[] dWeight);

    /** Gradient of {@link Kernels#rope}, in place: the inverse rotation. */
    void ropeGradient(Rows dx, int count, int headCount, int headSize, RopeTable table, int[] positions);

    /**
     * Causal attention inside segments of one packed batch: row t attends to rows {@code segmentFrom[t]..t}.
     *
     * @param logSumExp [row][head], kept for the gradient
     */
    void packedAttention(
            Rows q, Rows k, Rows v, int count, int headCount, int kvHeadCount, float scale, int[] segmentFrom,
            Rows out, Rows logSumExp);

    /** Gradient of {@link #packedAttention}; {@code dq}, {@code dk}, {@code dv} are overwritten. */
    void packedAttentionGradient(
            Rows q, Rows k, Rows v, Rows out, Rows logSumExp, Rows dOut, int count, int headCount, int kvHeadCount,
            float scale, int[] segmentFrom, Rows dq, Rows dk, Rows dv);

    /** Gradient of {@link Kernels#siluMultiply}; outputs may be the inputs. */
    void siluMultiplyGradient(Rows gate, Rows up, Rows dOut, int count, Rows dGate, Rows dUp);

    /**
     * Cross entropy of each row against {@code labels[t]} (-100: not counted), and its gradient times
     * {@code gradientScale} written over the logits.
     *
     * @return the sum of the losses, in nats
     */
    double crossEntropy(Rows logits, int count, int[] labels, float gradientScale);

    /** One AdamW update (Loshchilov and Hutter, arXiv 1711.05101), as torch.optim.AdamW computes it. */
    void adamW(float[] parameters, float[] gradients, float[] firstMoments, float[] secondMoments, AdamWStep step);

    /**
     * @param step number of this update, from 1
     */
    record AdamWStep(
            float learningRate, float beta1, float beta2, float epsilon, float weightDecay, float gradientScale,
            int step) {}
}
