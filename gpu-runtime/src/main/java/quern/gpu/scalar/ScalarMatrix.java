package quern.gpu.scalar;

import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Tensor;

/** Weights as stored: rows are read where they lie. */
record ScalarMatrix(Tensor tensor) implements Matrix {

    @Override
    public ElementType type() {
        return tensor.type();
    }

    @Override
    public int rows() {
        return tensor.rows();
    }

    @Override
    public int columns() {
        return tensor.columns();
    }

    @Override
    public long bytes() {
        return tensor.bytes().byteSize();
    }
}
