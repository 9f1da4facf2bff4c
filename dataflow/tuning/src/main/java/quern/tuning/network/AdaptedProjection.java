package quern.tuning.network;

import java.util.Optional;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * A frozen matrix, in whatever form the backend packed it, and maybe a low-rank adapter beside it:
 * {@code y = W x + bias + B (scale * A x)} (Hu et al., LoRA, arXiv 2106.09685). What A leaves is computed again for the
 * gradient rather than kept.
 */
public final class AdaptedProjection implements Projection {

    /**
     * @param a [rank, inputs]
     * @param b [outputs, rank]
     */
    public record Adapter(Parameter a, Parameter b, float scale) {

        int rank() {
            return a.values().count();
        }
    }

    private final Linear frozen;
    private final Optional<Adapter> adapter;
    private final Kernels kernels;
    private final TrainingKernels training;
    private final ScratchRows scratch;

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

    @Override
    public void forward(Rows x, int count, Rows y) {
        kernels.matmul(frozen.matrix(), x, count, y);
        frozen.bias().ifPresent(bias -> kernels.addBias(y, count, bias));
        adapter.ifPresent(added -> training.product(added.b.values(), inner(added, x, count), count, y, true));
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
        training.inputGradient(frozen.matrix(), dy, count, dx, accumulate);
        adapter.ifPresent(added -> {
            training.weightGradient(dy, inner(added, x, count), count, added.b.gradients());
            Rows dInner = scratch.rows("lora.innerGradient", count, added.rank());
            training.inputGradient(added.b.values(), dy, count, dInner, false);
            scale(dInner, count, added.scale);
            training.weightGradient(dInner, x, count, added.a.gradients());
            training.inputGradient(added.a.values(), dInner, count, dx, true);
        });
    }
}
