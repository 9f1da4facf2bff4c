package quern.tuning.network;

import quern.gpu.tensor.Rows;

/**
 * Numbers that training changes, and the gradient of the loss with respect to them.
 *
 * @param name unique in its model; the tensor's name in the file it is written to
 * @param decays whether weight decay applies
 */
public record Parameter(String name, Rows values, Rows gradients, boolean decays) {

    public static Parameter zeros(String name, int rows, int columns, boolean decays) {
        return new Parameter(name, new Rows(rows, columns), new Rows(rows, columns), decays);
    }

    public int size() {
        return values.values().length;
    }
}
