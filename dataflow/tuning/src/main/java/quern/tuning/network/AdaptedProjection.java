package quern.tuning.network;

import java.util.Arrays;
import java.util.Optional;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraMatrices;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * A frozen matrix, in whatever form the backend packed it, and maybe a low-rank adapter beside it:
 * {@code y = W x + bias + B (scale * A x)} (Hu et al., LoRA, arXiv 2106.09685). With magnitudes m (Liu et al., DoRA,
 * arXiv 2402.09353) {@code y = m / n * (W x + B (scale * A x)) + bias}, n the lengths of the rows of
 * {@code W + scale * B A}, which count as constants in the gradient (section 4.3 there). What A leaves, and with
 * magnitudes the product, is computed again for the gradient rather than kept.
 */
public final class AdaptedProjection implements Projection {

    /**
     * @param a [rank, inputs]
     * @param b [outputs, rank]
     * @param magnitudes [outputs, 1]
     */
    public record Adapter(Parameter a, Parameter b, float scale, Optional<Parameter> magnitudes) {

        int rank() {
            return a.values().count();
        }
    }

    private final Linear frozen;
    private final Optional<Adapter> adapter;
    private final Kernels kernels;
    private final TrainingKernels training;
    private final ScratchRows scratch;
    private final Lengths lengths = new Lengths();

    /** @param scratch may be shared by all projections of a network */
    public AdaptedProjection(
            Linear frozen, Optional<Adapter> adapter, Kernels kernels, TrainingKernels training,
            ScratchRows scratch) {
        this.frozen = frozen;
        this.adapter = adapter;
        this.kernels = kernels;
        this.training = training;
        this.scratch = scratch;
    }

    /** Lengths of the rows of {@code W + scale * B A}, measured when A or B are others than they were. */
    private final class Lengths {

        private float[] a = {};
        private float[] b = {};
        private float[] measured = {};

        float[] of(Adapter added) {
            float[] nowA = added.a.values().values();
            float[] nowB = added.b.values().values();
            if (measured.length == 0 || !Arrays.equals(a, nowA) || !Arrays.equals(b, nowB)) {
                a = nowA.clone();
                b = nowB.clone();
                measured = new float[frozen.matrix().rows()];
                kernels.rowNorms(frozen.matrix(), added.a.values(), added.b.values(), added.scale, measured);
            }
            return measured;
        }

        /** What outputs are multiplied by. */
        float[] factors(Adapter added, Parameter magnitudes) {
            float[] factors = of(added).clone();
            LoraMatrices.divide(magnitudes.values(), factors);
            return factors;
        }
    }

    @Override
    public void forward(Rows x, int count, Rows y) {
        kernels.matmul(frozen.matrix(), x, count, y);
        Optional<Parameter> magnitudes = adapter.flatMap(Adapter::magnitudes);
        magnitudes.ifPresent(own -> {
            add(adapter.orElseThrow(), x, count, y);
            kernels.scaleColumns(y, 0, count, lengths.factors(adapter.orElseThrow(), own));
        });
        frozen.bias().ifPresent(bias -> kernels.addBias(y, count, bias));
        if (magnitudes.isEmpty()) {
            adapter.ifPresent(added -> add(added, x, count, y));
        }
    }

    private void add(Adapter added, Rows x, int count, Rows y) {
        training.product(added.b.values(), inner(added, x, count), count, y, true);
    }

    @Override
    public boolean frozen() {
        return adapter.isEmpty();
    }

    @Override
    public void inputGradient(Rows dy, int from, int to, int count, Rows dx, boolean accumulate) {
        if (!frozen()) {
            Projection.super.inputGradient(dy, from, to, count, dx, accumulate);
        }
        training.inputGradient(frozen.matrix(), from, to, dy, count, dx, accumulate);
    }

    private Rows inner(Adapter added, Rows x, int count) {
        Rows inner = scratch.rows("lora.inner", count, added.rank());
        training.product(added.a.values(), x, count, inner, false);
        scale(inner, count, added.scale);
        return inner;
    }

    private static void scale(Rows rows, int count, float scale) {
        float[] values = rows.values();
        for (int i = 0; i < count * rows.width(); i++) {
            values[i] *= scale;
        }
    }

    @Override
    public void backward(Rows dy, Rows x, int count, Rows dx, boolean accumulate) {
        Rows dSum = adapter.flatMap(Adapter::magnitudes)
                .map(magnitudes -> magnitudeGradient(magnitudes, dy, x, count)).orElse(dy);
        training.inputGradient(frozen.matrix(), dSum, count, dx, accumulate);
        adapter.ifPresent(added -> {
            training.weightGradient(dSum, inner(added, x, count), count, added.b.gradients());
            Rows dInner = scratch.rows("lora.innerGradient", count, added.rank());
            training.inputGradient(added.b.values(), dSum, count, dInner, false);
            scale(dInner, count, added.scale);
            training.weightGradient(dInner, x, count, added.a.gradients());
            training.inputGradient(added.a.values(), dInner, count, dx, true);
        });
    }

    /** Adds the gradient of the magnitudes, from the last row to the first; returns that of what they multiply. */
    private Rows magnitudeGradient(Parameter magnitudes, Rows dy, Rows x, int count) {
        Adapter added = adapter.orElseThrow();
        int width = frozen.matrix().rows();
        Rows sum = scratch.rows("dora.sum." + width, count, width);
        kernels.matmul(frozen.matrix(), x, count, sum);
        add(added, x, count, sum);
        float[] norms = lengths.of(added);
        float[] gradients = magnitudes.gradients().values();
        for (int t = count - 1; t >= 0; t--) {
            for (int r = 0; r < width; r++) {
                float direction = norms[r] == 0 ? 0 : sum.values()[sum.at(t) + r] / norms[r];
                gradients[r] = Math.fma(dy.values()[dy.at(t) + r], direction, gradients[r]);
            }
        }
        DecoderBlock.copy(dy, 0, sum, 0, count);
        kernels.scaleColumns(sum, 0, count, lengths.factors(added, magnitudes));
        return sum;
    }
}
