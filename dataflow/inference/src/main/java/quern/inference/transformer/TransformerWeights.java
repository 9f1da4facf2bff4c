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
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.QueryKeyNorm;

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

    /** What stands behind attention: one feed-forward or a mixture of them. */
    public sealed interface FeedForward permits Dense, Mixture {}

    /** A gated feed-forward. */
    public record Dense(Linear gate, Linear up, Linear down) implements FeedForward {}

    /** @param router one score per expert */
    public record Mixture(Linear router, List<Dense> experts) implements FeedForward {}

    /**
     * One block of attention and feed-forward. Which norms there are follows from {@link Traits}.
     *
     * @param attentionNorm before attention
     * @param attentionOutputNorm behind it, before the result is added
     * @param feedForwardNorm before the feed-forward
     * @param feedForwardOutputNorm behind it, before the result is added
     */
    public record Layer(
            Optional<float[]> attentionNorm, Linear query, Linear key, Linear value, Optional<float[]> queryNorm,
            Optional<float[]> keyNorm, Linear attentionOutput, Optional<float[]> attentionOutputNorm,
            Optional<float[]> feedForwardNorm, FeedForward feedForward, Optional<float[]> feedForwardOutputNorm) {

        /** The products an adapter may sit beside; experts are not among them. */
        public List<Linear> linears() {
            return switch (feedForward) {
                case Dense dense -> List.of(
                        query, key, value, attentionOutput, dense.gate(), dense.up(), dense.down());
                case Mixture mixture -> List.of(query, key, value, attentionOutput);
            };
        }
    }

    /**
     * Packs every tensor the shape asks for.
     *
     * @throws QuernException if one is absent, has other dimensions than the shape says or a type the backend refuses
     */
    public static TransformerWeights of(ModelFile file, Kernels kernels) {
        return of(file, kernels, MatrixSource.packing(kernels));
    }

    /** The same with matrices from elsewhere. */
    public static TransformerWeights of(ModelFile file, Kernels kernels, MatrixSource matrices) {
        Loader loader = new Loader(file, kernels, matrices);
        ModelShape shape = file.shape();
        Tensor embedding = loader.checked("token_embd.weight", shape.vocabulary(), shape.hidden());
        loader.firstRow(embedding);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < shape.layers(); i++) {
            layers.add(loader.layer(i));
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

    private record Loader(ModelFile file, Kernels kernels, MatrixSource matrices) {

        Layer layer(int index) {
            String prefix = "blk." + index + ".";
            ModelShape shape = file.shape();
            Traits traits = shape.traits();
            int hidden = shape.hidden();
            int queries = shape.heads() * shape.headSize();
            int keys = shape.kvHeads() * shape.headSize();
            boolean bias = shape.attentionBias();
            boolean normed = traits.queryKeyNorm() != QueryKeyNorm.NONE;
            boolean perHead = traits.queryKeyNorm() == QueryKeyNorm.HEAD;
            return new Layer(
                    vector(traits.normsBefore(), prefix + "attn_norm.weight", hidden),
                    linear(prefix + "attn_q", queries, hidden, bias),
                    linear(prefix + "attn_k", keys, hidden, bias),
                    linear(prefix + "attn_v", keys, hidden, bias),
                    vector(normed, prefix + "attn_q_norm.weight", perHead ? shape.headSize() : queries),
                    vector(normed, prefix + "attn_k_norm.weight", perHead ? shape.headSize() : keys),
                    linear(prefix + "attn_output", hidden, queries),
                    vector(traits.normsAfter(), prefix + "post_attention_norm.weight", hidden),
                    vector(traits.normsBefore(), prefix + "ffn_norm.weight", hidden),
                    shape.sparse(index) ? mixture(prefix) : dense(prefix, "", shape.feedForward()),
                    vector(traits.normsAfter(), prefix + "post_ffw_norm.weight", hidden));
        }

        private Mixture mixture(String prefix) {
            Experts experts = file.shape().traits().experts().orElseThrow();
            List<Dense> dense = new ArrayList<>();
            for (int i = 0; i < experts.count(); i++) {
                dense.add(dense(prefix, "." + i, experts.feedForward()));
            }
            return new Mixture(linear(prefix + "ffn_gate_inp", experts.count(), file.shape().hidden(), false),
                    List.copyOf(dense));
        }

        private Dense dense(String prefix, String suffix, int inner) {
            int hidden = file.shape().hidden();
            return new Dense(
                    linear(prefix + "ffn_gate" + suffix, inner, hidden),
                    linear(prefix + "ffn_up" + suffix, inner, hidden),
                    linear(prefix + "ffn_down" + suffix, hidden, inner));
        }

        /** With a bias if the file has one. */
        private Linear linear(String name, int rows, int columns) {
            return linear(name, rows, columns, file.tensorNames().contains(name + ".bias"));
        }

        Linear linear(String name, int rows, int columns, boolean bias) {
            String weights = name + ".weight";
            try {
                return new Linear(weights,
                        matrices.matrix(weights, rows, columns, () -> checked(weights, rows, columns)),
                        bias ? Optional.of(vector(name + ".bias", rows)) : Optional.empty());
            } catch (IllegalArgumentException refused) {
                throw refusal(refused);
            }
        }

        private Optional<float[]> vector(boolean there, String name, int length) {
            return there ? Optional.of(vector(name, length)) : Optional.empty();
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
