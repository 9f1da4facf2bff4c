package quern.inference.format;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits;
import quern.inference.transformer.Traits.Experts;
import quern.inference.transformer.Traits.QueryKeyNorm;

/**
 * Checks that the tensors of a file are those its shape needs, each with the right dimensions, and no others: one that
 * nothing uses means that the model is not what its description says.
 */
final class ShapeTensors {

    private static final int LAYERS_MAX = 1 << 12;
    private static final int WIDTH_MAX = 1 << 24;
    private static final int EXPERTS_MAX = 1 << 12;
    private static final Set<String> ROPE =
            Set.of("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight");

    private final ModelShape shape;
    private final Traits traits;
    private final Map<String, Tensor> tensors;
    private final String where;
    private final Set<String> used = new TreeSet<>(ROPE);

    private ShapeTensors(ModelShape shape, Map<String, Tensor> tensors, String where) {
        this.shape = shape;
        this.traits = shape.traits();
        this.tensors = tensors;
        this.where = where;
    }

    static ModelShape checked(ModelShape shape, Map<String, Tensor> tensors, String where) {
        new ShapeTensors(shape, tensors, where).check();
        return shape;
    }

    private void check() {
        checkNumbers();
        need("token_embd.weight", shape.vocabulary(), shape.hidden());
        need("output_norm.weight", 1, shape.hidden());
        if (!shape.tiedEmbeddings()) {
            need("output.weight", shape.vocabulary(), shape.hidden());
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            checkAttention("blk." + layer + ".");
            checkFeedForward("blk." + layer + ".", shape.sparse(layer));
        }
        for (String name : tensors.keySet()) {
            if (!used.contains(name)) {
                throw new ModelFormatException(where, "has a tensor " + name + ", which a model of architecture "
                        + shape.architecture() + " of " + shape.layers() + " layers does not use");
            }
        }
    }

    private void checkNumbers() {
        range("layers", shape.layers(), LAYERS_MAX);
        range("hidden width", shape.hidden(), WIDTH_MAX);
        range("heads", shape.heads(), WIDTH_MAX);
        range("key-value heads", shape.kvHeads(), shape.heads());
        range("head size", shape.headSize(), WIDTH_MAX / shape.heads());
        range("feed-forward width", shape.feedForward(), WIDTH_MAX);
        range("context", shape.contextTokens(), Integer.MAX_VALUE);
        if (shape.heads() % shape.kvHeads() != 0) {
            throw new ModelFormatException(where, shape.heads() + " heads, expected a multiple of the "
                    + shape.kvHeads() + " key-value heads");
        }
        if (shape.rope().frequencies().length * 2 > shape.headSize()) {
            throw new ModelFormatException(where, "rope turns " + shape.rope().frequencies().length * 2
                    + " elements of a head of " + shape.headSize());
        }
        if (!(shape.normEpsilon() >= 0 && shape.normEpsilon() < 1)) {
            throw new ModelFormatException(where, "norm epsilon " + shape.normEpsilon() + ", expected 0 to 1");
        }
        if (traits.experts().isPresent()) {
            Experts experts = traits.experts().get();
            range("experts", experts.count(), EXPERTS_MAX);
            range("chosen experts", experts.chosen(), experts.count());
            range("feed-forward width of an expert", experts.feedForward(), WIDTH_MAX);
        }
    }

    private void checkAttention(String layer) {
        int queries = shape.heads() * shape.headSize();
        int keys = shape.kvHeads() * shape.headSize();
        if (traits.normsBefore()) {
            need(layer + "attn_norm.weight", 1, shape.hidden());
        }
        need(layer + "attn_q.weight", queries, shape.hidden());
        need(layer + "attn_k.weight", keys, shape.hidden());
        need(layer + "attn_v.weight", keys, shape.hidden());
        need(layer + "attn_output.weight", shape.hidden(), queries);
        may(layer + "attn_output.bias", shape.hidden());
        if (shape.attentionBias()) {
            need(layer + "attn_q.bias", 1, queries);
            need(layer + "attn_k.bias", 1, keys);
            need(layer + "attn_v.bias", 1, keys);
        }
        if (traits.queryKeyNorm() != QueryKeyNorm.NONE) {
            boolean head = traits.queryKeyNorm() == QueryKeyNorm.HEAD;
            need(layer + "attn_q_norm.weight", 1, head ? shape.headSize() : queries);
            need(layer + "attn_k_norm.weight", 1, head ? shape.headSize() : keys);
        }
        if (traits.normsAfter()) {
            need(layer + "post_attention_norm.weight", 1, shape.hidden());
        }
    }

    private void checkFeedForward(String layer, boolean sparse) {
        if (traits.normsBefore()) {
            need(layer + "ffn_norm.weight", 1, shape.hidden());
        }
        if (traits.normsAfter()) {
            need(layer + "post_ffw_norm.weight", 1, shape.hidden());
        }
        if (!sparse) {
            checkDense(layer, "", shape.feedForward());
            return;
        }
        Experts experts = traits.experts().orElseThrow();
        need(layer + "ffn_gate_inp.weight", experts.count(), shape.hidden());
        for (int i = 0; i < experts.count(); i++) {
            checkDense(layer, "." + i, experts.feedForward());
        }
    }

    private void checkDense(String layer, String suffix, int inner) {
        need(layer + "ffn_gate" + suffix + ".weight", inner, shape.hidden());
        need(layer + "ffn_up" + suffix + ".weight", inner, shape.hidden());
        need(layer + "ffn_down" + suffix + ".weight", shape.hidden(), inner);
        may(layer + "ffn_gate" + suffix + ".bias", inner);
        may(layer + "ffn_up" + suffix + ".bias", inner);
        may(layer + "ffn_down" + suffix + ".bias", shape.hidden());
    }

    private void may(String name, int columns) {
        if (tensors.containsKey(name)) {
            need(name, 1, columns);
        }
    }

    private void need(String name, int rows, int columns) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFormatException(where, "has no tensor " + name);
        }
        if (tensor.rows() != rows || tensor.columns() != columns) {
            throw new ModelFormatException(where, "tensor " + name + " is " + tensor.rows() + " x "
                    + tensor.columns() + ", expected " + rows + " x " + columns);
        }
        used.add(name);
    }

    private void range(String what, int found, int max) {
        if (found < 1 || found > max) {
            throw new ModelFormatException(where, what + " " + found + ", expected 1 to " + max);
        }
    }
}
