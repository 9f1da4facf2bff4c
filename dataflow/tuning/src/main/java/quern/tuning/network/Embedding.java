package quern.tuning.network;

import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;

/** The table that turns ids into rows. */
public sealed interface Embedding {

    void forward(int[] tokens, int count, Rows out);

    boolean trained();

    /** Adds the gradient of the table, if it is trained. */
    void backward(int[] tokens, int count, Rows dOut);

    /** A table that stays as it is, in its file's form. */
    record Frozen(Tensor table, Kernels kernels) implements Embedding {

        @Override
        public boolean trained() {
            return false;
        }

        @Override
        public void forward(int[] tokens, int count, Rows out) {
            kernels.embed(table, tokens, count, out);
        }

        @Override
        public void backward(int[] tokens, int count, Rows dOut) {
            // Frozen: there is nothing to add to.
        }
    }

    /** A trained table. */
    record Trained(Parameter table) implements Embedding {

        @Override
        public boolean trained() {
            return true;
        }

        @Override
        public void forward(int[] tokens, int count, Rows out) {
            Rows from = table.values();
            for (int t = 0; t < count; t++) {
                System.arraycopy(from.values(), from.at(tokens[t]), out.values(), out.at(t), from.width());
            }
        }

        @Override
        public void backward(int[] tokens, int count, Rows dOut) {
            Rows to = table.gradients();
            for (int t = 0; t < count; t++) {
                int at = to.at(tokens[t]);
                int from = dOut.at(t);
                for (int i = 0; i < to.width(); i++) {
                    to.values()[at + i] += dOut.values()[from + i];
                }
            }
        }
    }
}
