package quern.tuning.network;

import quern.gpu.kernel.TrainingKernels;
import quern.gpu.tensor.Rows;

/** A trained matrix. */
public record DenseProjection(Parameter weight, TrainingKernels kernels) implements Projection {

    @Override
    public void forward(Rows x, int count, Rows y) {
        kernels.product(weight.values(), x, count, y, false);
    }

    @Override
    public void backward(Rows dy, Rows x, int count, Rows dx, boolean accumulate) {
        kernels.weightGradient(dy, x, count, weight.gradients());
        kernels.inputGradient(weight.values(), dy, count, dx, accumulate);
    }
}
