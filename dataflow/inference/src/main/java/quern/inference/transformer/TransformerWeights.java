package quern.inference.transformer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.config.QuernException;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.Matrix;
import quern.gpu.tensor.Rows;
import quern.gpu.tensor.Tensor;
import quern.inference.format.ModelFile;

/**
 * A model's weights in the form its backend computes with. Read-only.
 *
 * @param embedding one row a token, as it lies in the file
 * @param output logits from the last hidden state; the embedding's numbers when tied
 */
public record TransformerWeights(Tensor embedding, List<Layer> layers, float[] outputNorm, Linear output) {

    /**
     * One product with a matrix.
     *
     * @param name the matrix's tensor name, which adapters refer to
     */
    public record Linear(String name, Matrix matrix, Optional<float[]> bias) {}

    /** One block of attention and feed-forward. */
    public record Layer(
            float[] attentionNorm, Linear query, Linear key, Linear value, Linear attentionOutput,
            float[] feedForwardNorm, Linear gate, Linear up, Linear down) {

        /** The products an adapter may sit beside. */
        public List<Linear> linears() {
            return List.of(query, key, value, attentionOutput, gate, up, down);
        }
    }

    /**
     * Packs every tensor the shape asks for.
     *
     * @throws QuernException if one is absent, has other dimensions than the shape says or a type the backend refuses
     */
    public static TransformerWeights of(ModelFile file, Kernels kernels) {
        Loader loader = new Loader(file, kernels);
        ModelShape shape = file.shape();
        Tensor embedding = loader.checked("token_embd.weight", shape.vocabulary(), shape.hidden());
        loader.firstRow(embedding);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < shape.layers(); i++) {
            layers.add(loader.layer("blk." + i + "."));
        }
        String output = shape.tiedEmbeddings() ? "token_embd" : "output";
        return new TransformerWeights(embedding, List.copyOf(layers), loader.vector("output_norm.weight",
                shape.hidden()), loader.linear(output, shape.vocabulary(), shape.hidden(), false));
    }

    /** The products an adapter may sit beside, by tensor name. */
    public Map<String, Linear> adaptable() {
        Map<String, Linear> byName = new LinkedHashMap<>();
        for (Layer layer : layers) {
            layer.linears().forEach(linear -> byName.put(linear.name(), linear));
        }
        return byName;
    }

    private record Loader(ModelFile file, Kernels kernels) {

        Layer layer(String prefix) {
            ModelShape shape = file.shape();
            int hidden = shape.hidden();
            int attention = shape.heads() * shape.headSize();
            int kv = shape.kvHeads() * shape.headSize();
            int inner = shape.feedForward();
            boolean bias = shape.attentionBias();
            return new Layer(
                    vector(prefix + "attn_norm.weight", hidden),
                    linear(prefix + "attn_q", attention, hidden, bias),
                    linear(prefix + "attn_k", kv, hidden, bias),
                    linear(prefix + "attn_v", kv, hidden, bias),
                    linear(prefix + "attn_output", hidden, attention, false),
                    vector(prefix + "ffn_norm.weight", hidden),
                    linear(prefix + "ffn_gate", inner, hidden, false),
                    linear(prefix + "ffn_up", inner, hidden, false),
                    linear(prefix + "ffn_down", hidden, inner, false));
        }

        Linear linear(String name, int rows, int columns, boolean bias) {
            Tensor weights = checked(name + ".weight", rows, columns);
            try {
                return new Linear(weights.name(), kernels.pack(weights),
                        bias ? Optional.of(vector(name + ".bias", rows)) : Optional.empty());
            } catch (IllegalArgumentException refused) {
                throw refusal(refused);
            }
        }

        float[] vector(String name, int length) {
            return firstRow(checked(name, 1, length));
        }

        /** Also shows at load, not in the first step, whether the backend reads this type. */
        float[] firstRow(Tensor tensor) {
            Rows values = new Rows(1, tensor.columns());
            try {
                kernels.embed(tensor, new int[1], 1, values);
            } catch (IllegalArgumentException refused) {
                throw refusal(refused);
            }
            return values.values();
        }

        private QuernException refusal(IllegalArgumentException refused) {
            return new QuernException(QuernException.Category.ERROR,
                    file.name() + ": backend " + kernels.name() + " refuses " + refused.getMessage(), refused);
        }

        Tensor checked(String name, int rows, int columns) {
            Tensor tensor = file.tensor(name);
            if (tensor.rows() != rows || tensor.columns() != columns) {
                throw new QuernException(QuernException.Category.ERROR, file.name() + ": " + name + " is "
                        + tensor.rows() + " x " + tensor.columns() + ", expected " + rows + " x " + columns);
            }
            return tensor;
        }
    }
}
