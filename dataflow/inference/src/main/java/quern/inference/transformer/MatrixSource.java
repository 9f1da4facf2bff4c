package quern.inference.transformer;

import java.util.function.Supplier;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Tensor;

/** Where a model's matrices come from in the form its backend computes with. */
@FunctionalInterface
public interface MatrixSource {

    /**
     * @param name of the tensor
     * @param stored the tensor, with these dimensions; asked only if it is needed
     * @throws IllegalArgumentException if the backend refuses it, naming the tensor
     */
    Matrix matrix(String name, int rows, int columns, Supplier<Tensor> stored);

    /** Packs every matrix anew. */
    static MatrixSource packing(Kernels kernels) {
        return (name, rows, columns, stored) -> kernels.pack(stored.get());
    }
}
