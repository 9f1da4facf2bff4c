package quern.inference.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.inference.format.EncoderFile;

/**
 * An encoder's weights in the form its backend computes with. Read-only.
 *
 * @param tokens one row a token, as it lies in the file
 * @param positions one row a position
 * @param type what is added to every token, if the model has token types
 */
public record EncoderWeights(
        Tensor tokens, Tensor positions, Optional<float[]> type, Norm embeddingNorm, List<Layer> layers) {

    /** A layer norm. */
    public record Norm(float[] weight, float[] bias) {}

    /** A product with a matrix, and what is added to it. */
    public record Linear(Matrix matrix, float[] bias) {}

    /** One block of attention and feed-forward. */
    public record Layer(
            Linear query, Linear key, Linear value, Linear attentionOutput, Norm attentionNorm,
            Linear up, Linear down, Norm outputNorm) {}

    /**
     * Packs every tensor the shape asks for.
     *
     * @throws QuernException if one is absent, has other dimensions than the shape says or a type the backend refuses
     */
    public static EncoderWeights of(EncoderFile file, Kernels kernels) {
        Loader loader = new Loader(file, kernels);
        EncoderShape shape = file.shape();
        Tensor tokens = loader.table("token_embd.weight", shape.vocabulary(), shape.hidden());
        Tensor positions = loader.table(
                "position_embd.weight", shape.contextTokens() + shape.positionOffset(), shape.hidden());
        Optional<float[]> type = shape.tokenTypes()
                ? Optional.of(loader.firstRow(loader.table("token_types.weight", 1, shape.hidden())))
                : Optional.empty();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < shape.layers(); i++) {
            layers.add(loader.layer("blk." + i + "."));
        }
        return new EncoderWeights(tokens, positions, type, loader.norm("token_embd_norm"), List.copyOf(layers));
    }

    private record Loader(EncoderFile file, Kernels kernels) {

        Layer layer(String prefix) {
            int hidden = file.shape().hidden();
            int inner = file.shape().feedForward();
            return new Layer(
                    linear(prefix + "attn_q", hidden, hidden),
                    linear(prefix + "attn_k", hidden, hidden),
                    linear(prefix + "attn_v", hidden, hidden),
                    linear(prefix + "attn_output", hidden, hidden),
                    norm(prefix + "attn_output_norm"),
                    linear(prefix + "ffn_up", inner, hidden),
                    linear(prefix + "ffn_down", hidden, inner),
                    norm(prefix + "layer_output_norm"));
        }

        Norm norm(String name) {
            int hidden = file.shape().hidden();
            return new Norm(vector(name + ".weight", hidden), vector(name + ".bias", hidden));
        }

        Linear linear(String name, int rows, int columns) {
            Tensor weights = file.tensor(name + ".weight");
            check(weights, weights.rows() == rows && weights.columns() == columns, rows + " x " + columns);
            try {
                return new Linear(kernels.pack(weights), vector(name + ".bias", rows));
            } catch (IllegalArgumentException refused) {
                throw refusal(refused);
            }
        }

        /** A table of at least so many rows; it also shows at load whether the backend reads its type. */
        Tensor table(String name, int rowsMin, int columns) {
            Tensor table = file.tensor(name);
            check(table, table.rows() >= rowsMin && table.columns() == columns, rowsMin + " or more x " + columns);
            firstRow(table);
            return table;
        }

        float[] vector(String name, int length) {
            Tensor vector = file.tensor(name);
            check(vector, vector.rows() == 1 && vector.columns() == length, "1 x " + length);
            return firstRow(vector);
        }

        float[] firstRow(Tensor tensor) {
            Rows values = new Rows(1, tensor.columns());
            try {
                kernels.embed(tensor, new int[1], 1, values);
            } catch (IllegalArgumentException refused) {
                throw refusal(refused);
            }
            return values.values();
        }

        private void check(Tensor tensor, boolean fits, String expected) {
            if (!fits) {
                throw new QuernException(QuernException.Category.ERROR, file.name() + ": " + tensor.name() + " is "
                        + tensor.rows() + " x " + tensor.columns() + ", expected " + expected);
            }
        }

        private QuernException refusal(IllegalArgumentException refused) {
            return new QuernException(QuernException.Category.ERROR,
                    file.name() + ": backend " + kernels.name() + " refuses " + refused.getMessage(), refused);
        }
    }
}
