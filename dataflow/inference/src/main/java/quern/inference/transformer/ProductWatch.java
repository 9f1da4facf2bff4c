package quern.inference.transformer;

import quern.gpu.tensor.Rows;

/** Hears what goes into the products with a model's matrices, as floats. */
@FunctionalInterface
public interface ProductWatch {

    /**
     * @param name of the matrix, as {@link quern.inference.format.ModelFile} has it
     * @param rows the leading {@code count} are in use; valid during the call
     */
    void input(String name, Rows rows, int count);
}
