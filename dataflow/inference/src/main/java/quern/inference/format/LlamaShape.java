package quern.inference.format;

import java.util.List;
import java.util.Map;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;

/** Checks that the tensors of a file are those its shape needs, each with the right dimensions. */
final class LlamaShape {

    static final List<String> ARCHITECTURES = List.of("llama", "qwen2");

    private static final int LAYERS_MAX = 1 << 12;
    private static final int WIDTH_MAX = 1 << 24;

    private final ModelShape shape;
    private final Map<String, Tensor> tensors;
    private final String where;

    private LlamaShape(ModelShape shape, Map<String, Tensor> tensors, String where) {
        this.shape = shape;
        this.tensors = tensors;
        this.where = where;
    }

    static ModelShape checked(ModelShape shape, Map<String, Tensor> tensors, String where) {
        new LlamaShape(shape, tensors, where).check();
        return shape;
    }

    private void check() {
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
        need("token_embd.weight", shape.vocabulary(), shape.hidden());
        need("output_norm.weight", 1, shape.hidden());
        if (!shape.tiedEmbeddings()) {
            need("output.weight", shape.vocabulary(), shape.hidden());
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            checkLayer("blk." + layer + ".");
        }
    }

    private void checkLayer(String layer) {
        int queries = shape.heads() * shape.headSize();
        int keys = shape.kvHeads() * shape.headSize();
        need(layer + "attn_norm.weight", 1, shape.hidden());
        need(layer + "attn_q.weight", queries, shape.hidden());
        need(layer + "attn_k.weight", keys, shape.hidden());
        need(layer + "attn_v.weight", keys, shape.hidden());
        need(layer + "attn_output.weight", shape.hidden(), queries);
        if (shape.attentionBias()) {
            need(layer + "attn_q.bias", 1, queries);
            need(layer + "attn_k.bias", 1, keys);
            need(layer + "attn_v.bias", 1, keys);
        }
        need(layer + "ffn_norm.weight", 1, shape.hidden());
        need(layer + "ffn_gate.weight", shape.feedForward(), shape.hidden());
        need(layer + "ffn_up.weight", shape.feedForward(), shape.hidden());
        need(layer + "ffn_down.weight", shape.hidden(), shape.feedForward());
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
    }

    private void range(String what, int found, int max) {
        if (found < 1 || found > max) {
            throw new ModelFormatException(where, what + " " + found + ", expected 1 to " + max);
        }
    }
}
