package quern.inference.transformer;

import java.util.List;
import quern.config.EngineConfig;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.QuantizedRows;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.ForwardBatch.AdapterSpan;
import quern.inference.transformer.TransformerWeights.Layer;
import quern.inference.transformer.TransformerWeights.Linear;

/**
 * The forward pass over a mixed batch, layer by layer. A row's logits depend on its own sequence and adapter only,
 * never on the other rows or on how a prompt was cut into steps. Owns its buffers: one instance, one thread.
 *
 * <p>With {@link EngineConfig.Product#Q8} the activations of the base products are rounded to 8 bits per block of 32;
 * adapters always see floats.
 */
public final class Transformer {

    private final ModelShape shape;
    private final TransformerWeights weights;
    private final Kernels kernels;
    private final EngineConfig.Product product;
    private final RowScratch scratch = new RowScratch();
    private final float attentionScale;

    public Transformer(
            ModelShape shape, TransformerWeights weights, Kernels kernels, EngineConfig.Product product) {
        this.shape = shape;
        this.weights = weights;
        this.kernels = kernels;
        this.product = product;
        this.attentionScale = (float) (1.0 / Math.sqrt(shape.headSize()));
    }

    /**
     * Computes all rows and leaves their keys and values in the batch's blocks.
     *
     * @return row i holds the logits of {@code batch.logitRows()[i]}; valid until the next call
     */
    public Rows forward(ForwardBatch batch) {
        int count = batch.count();
        Rows hidden = scratch.rows("hidden", count, shape.hidden());
        kernels.embed(weights.embedding(), batch.tokens(), count, hidden);
        for (int layer = 0; layer < shape.layers(); layer++) {
            attend(weights.layers().get(layer), layer, hidden, batch);
            feedForward(weights.layers().get(layer), hidden, batch);
        }
        return logits(hidden, batch.logitRows());
    }

    private void attend(Layer layer, int index, Rows hidden, ForwardBatch batch) {
        int count = batch.count();
        KvRows kv = batch.kv();
        Rows normed = scratch.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, layer.attentionNorm(), shape.normEpsilon(), normed);
        Rows queries = scratch.rows("queries", count, shape.heads() * shape.headSize());
        Rows keys = scratch.rows("keys", count, shape.kvHeads() * shape.headSize());
        Rows values = scratch.rows("values", count, shape.kvHeads() * shape.headSize());
        QuantizedRows quantized = quantize(normed, count);
        multiply(layer.query(), normed, quantized, batch, queries);
        multiply(layer.key(), normed, quantized, batch, keys);
        multiply(layer.value(), normed, quantized, batch, values);
        kernels.rope(queries, count, shape.heads(), shape.headSize(), shape.rope(), kv.positions());
        kernels.rope(keys, count, shape.kvHeads(), shape.headSize(), shape.rope(), kv.positions());
        kernels.storeKv(keys, values, count, kv, index);
        Rows mixed = scratch.rows("mixed", count, queries.width());
        kernels.attention(queries, count, shape.heads(), AttentionRule.full(attentionScale), kv, index, mixed);
        Rows projected = scratch.rows("projected", count, shape.hidden());
        multiply(layer.attentionOutput(), mixed, quantize(mixed, count), batch, projected);
        kernels.add(hidden, count, projected);
    }

    private void feedForward(Layer layer, Rows hidden, ForwardBatch batch) {
        int count = batch.count();
        Rows normed = scratch.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, layer.feedForwardNorm(), shape.normEpsilon(), normed);
        Rows gate = scratch.rows("gate", count, shape.feedForward());
        Rows up = scratch.rows("up", count, shape.feedForward());
        QuantizedRows quantized = quantize(normed, count);
        multiply(layer.gate(), normed, quantized, batch, gate);
        multiply(layer.up(), normed, quantized, batch, up);
        kernels.siluMultiply(gate, up, count, gate);
        Rows projected = scratch.rows("projected", count, shape.hidden());
        multiply(layer.down(), gate, quantize(gate, count), batch, projected);
        kernels.add(hidden, count, projected);
    }

    private Rows logits(Rows hidden, int[] wanted) {
        Rows chosen = scratch.rows("chosen", Math.max(1, wanted.length), shape.hidden());
        for (int i = 0; i < wanted.length; i++) {
            System.arraycopy(hidden.values(), hidden.at(wanted[i]), chosen.values(), chosen.at(i), shape.hidden());
        }
        kernels.rmsNorm(chosen, wanted.length, weights.outputNorm(), shape.normEpsilon(), chosen);
        Rows logits = scratch.rows("logits", Math.max(1, wanted.length), shape.vocabulary());
        base(weights.output(), chosen, quantize(chosen, wanted.length), wanted.length, logits);
        return logits;
    }

    /** Null with float products, which need none. */
    private QuantizedRows quantize(Rows x, int count) {
        if (product == EngineConfig.Product.F32) {
            return null;
        }
        QuantizedRows quantized = scratch.quantized(count, x.width());
        kernels.quantizeActivations(x, count, quantized);
        return quantized;
    }

    private void multiply(Linear linear, Rows x, QuantizedRows quantized, ForwardBatch batch, Rows y) {
        base(linear, x, quantized, batch.count(), y);
        adapt(linear.name(), x, batch.spans(), y);
    }

    private void base(Linear linear, Rows x, QuantizedRows quantized, int count, Rows y) {
        if (product == EngineConfig.Product.F32) {
            kernels.matmul(linear.matrix(), x, count, y);
        } else {
            kernels.matmulQ8(linear.matrix(), quantized, count, y);
        }
        linear.bias().ifPresent(bias -> kernels.addBias(y, count, bias));
    }

    private void adapt(String target, Rows x, List<AdapterSpan> spans, Rows y) {
        for (AdapterSpan span : spans) {
            if (!span.adapter().has(target)) {
                continue;
            }
            int count = span.to() - span.from();
            if (span.from() == 0) {
                span.adapter().apply(target, kernels, x, count, y, scratch);
                continue;
            }
            Rows part = scratch.rows("lora.input", count, x.width());
            Rows result = scratch.rows("lora.output", count, y.width());
            System.arraycopy(x.values(), x.at(span.from()), part.values(), 0, count * x.width());
            System.arraycopy(y.values(), y.at(span.from()), result.values(), 0, count * y.width());
            span.adapter().apply(target, kernels, part, count, result, scratch);
            System.arraycopy(result.values(), 0, y.values(), y.at(span.from()), count * y.width());
        }
    }
}
