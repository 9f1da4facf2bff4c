package quern.inference.transformer;

import java.util.Optional;
import quern.config.EngineConfig;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.Traits.Activation;
import quern.inference.transformer.Traits.QueryKeyNorm;
import quern.inference.transformer.TransformerWeights.Dense;
import quern.inference.transformer.TransformerWeights.Layer;
import quern.inference.transformer.TransformerWeights.Mixture;

/**
 * The forward pass over a mixed batch, layer by layer, for every family that {@link ModelShape} can describe. A row's
 * logits depend on its own sequence and adapter only, never on the other rows or on how a prompt was cut into steps.
 *
 * <p>No file can make it otherwise, as the graphs of Architectural Backdoors for Within-Batch Data Stealing and Model
 * Inference Manipulation (arXiv 2505.18323) do, whose nodes slice, gather or sum along the batch: a model here is a
 * {@link ModelShape} and weights, not a graph. Of the operations below each but attention maps row t to row t, with no
 * index of another row among its arguments; attention reads other rows' keys and values only in the blocks of its own
 * row, which the engine gave to one sequence. No row's place in the batch enters any of them.
 *
 * <p>Owns its buffers: one instance, one thread.
 */
public final class Transformer {

    private final ModelShape shape;
    private final Traits traits;
    private final TransformerWeights weights;
    private final Kernels kernels;
    private final RowScratch scratch = new RowScratch();
    private final LayerGate gate;
    private final Products products;
    private final Optional<ExpertMixture> mixture;

    public Transformer(
            ModelShape shape, TransformerWeights weights, Kernels kernels, EngineConfig.Product product) {
        this(shape, weights, kernels, product, LayerGate.NONE);
    }

    /** @param gate asked for each layer */
    public Transformer(ModelShape shape, TransformerWeights weights, Kernels kernels, EngineConfig.Product product,
            LayerGate gate) {
        this.gate = gate;
        this.shape = shape;
        this.traits = shape.traits();
        this.weights = weights;
        this.kernels = kernels;
        this.products = new Products(kernels, product, scratch);
        this.mixture = traits.experts().map(experts ->
                new ExpertMixture(experts, products, scratch, (dense, input, count) -> expert(dense, input, count)));
    }

    /** Lets {@code watch} hear what goes into every product from now on. */
    public void watch(ProductWatch watch) {
        products.watch(watch);
    }

    /**
     * Computes all rows and leaves their keys and values in the batch's blocks.
     *
     * @return row i holds the logits of {@code batch.logitRows()[i]}; valid until the next call
     */
    public Rows forward(ForwardBatch batch) {
        return logits(states(batch), batch.logitRows().length);
    }

    /**
     * Logits of the latest pass, which may be asked for any of its rows.
     *
     * @return row i holds those of the batch's row {@code rows[i]}; valid until the next call
     */
    public Rows logits(int[] rows) {
        return logits(hidden(rows), rows.length);
    }

    private Rows logits(Rows states, int count) {
        Rows logits = scratch.rows("logits", Math.max(1, count), shape.vocabulary());
        products.multiply(weights.output(), products.input(states, count), logits);
        scale(logits, count, traits.multipliers().logits());
        if (traits.logitSoftcap() > 0) {
            kernels.softcap(logits, count, traits.logitSoftcap());
        }
        return logits;
    }

    /**
     * The same up to the last norm.
     *
     * @return row i holds what the logits of {@code batch.logitRows()[i]} would be made of; valid until the next call
     */
    public Rows states(ForwardBatch batch) {
        int count = batch.count();
        Rows hidden = scratch.rows("hidden", count, shape.hidden());
        kernels.embed(weights.embedding(), batch.tokens(), count, hidden);
        scale(hidden, count, traits.multipliers().embedding());
        for (int layer = 0; layer < shape.layers(); layer++) {
            gate.enter(layer);
            attend(weights.layers().get(layer), layer, hidden, batch);
            feedForward(weights.layers().get(layer), hidden, batch);
            gate.leave(layer);
        }
        return hidden(batch.logitRows());
    }

    /**
     * States after the last norm of the latest pass, which may be asked for any of its rows.
     *
     * @return row i holds that of the batch's row {@code rows[i]}; valid until the next call
     */
    public Rows hidden(int[] rows) {
        Rows hidden = scratch.rows("hidden", 0, shape.hidden());
        Rows chosen = scratch.rows("chosen", Math.max(1, rows.length), shape.hidden());
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(hidden.values(), hidden.at(rows[i]), chosen.values(), chosen.at(i), shape.hidden());
        }
        kernels.rmsNorm(chosen, rows.length, weights.outputNorm(), shape.normEpsilon(), chosen);
        return chosen;
    }

    private void attend(Layer layer, int index, Rows hidden, ForwardBatch batch) {
        int count = batch.count();
        KvRows kv = batch.kv();
        Rows queries = scratch.rows("queries", count, shape.heads() * shape.headSize());
        Rows keys = scratch.rows("keys", count, shape.kvHeads() * shape.headSize());
        Rows values = scratch.rows("values", count, shape.kvHeads() * shape.headSize());
        Products.Input input = products.input(before(layer.attentionNorm(), hidden, count), count);
        products.multiply(layer.query(), input, batch.spans(), queries);
        products.multiply(layer.key(), input, batch.spans(), keys);
        products.multiply(layer.value(), input, batch.spans(), values);
        layer.queryNorm().ifPresent(norm -> normHeads(queries, count, norm));
        layer.keyNorm().ifPresent(norm -> normHeads(keys, count, norm));
        shape.layer(index).rope().ifPresent(rope -> {
            kernels.rope(queries, count, shape.heads(), shape.headSize(), rope, kv.positions());
            kernels.rope(keys, count, shape.kvHeads(), shape.headSize(), rope, kv.positions());
        });
        kernels.storeKv(keys, values, count, kv, index);
        Rows mixed = scratch.rows("mixed", count, queries.width());
        kernels.attention(queries, count, shape.heads(), shape.attention(index), kv, index, mixed);
        Rows projected = scratch.rows("projected", count, shape.hidden());
        products.multiply(layer.attentionOutput(), products.input(mixed, count), batch.spans(), projected);
        addToStream(hidden, layer.attentionOutputNorm(), projected, count);
    }

    private void feedForward(Layer layer, Rows hidden, ForwardBatch batch) {
        int count = batch.count();
        Rows input = before(layer.feedForwardNorm(), hidden, count);
        Rows projected = scratch.rows("projected", count, shape.hidden());
        switch (layer.feedForward()) {
            case Dense dense -> {
                Rows gate = scratch.rows("gate", count, shape.feedForward());
                Rows up = scratch.rows("up", count, shape.feedForward());
                Products.Input x = products.input(input, count);
                products.multiply(dense.gate(), x, batch.spans(), gate);
                products.multiply(dense.up(), x, batch.spans(), up);
                activate(gate, up, count);
                products.multiply(dense.down(), products.input(gate, count), batch.spans(), projected);
            }
            case Mixture experts -> mixture.orElseThrow().run(experts, input, count, projected);
        }
        addToStream(hidden, layer.feedForwardOutputNorm(), projected, count);
    }

    private Rows expert(Dense dense, Rows input, int count) {
        int inner = dense.gate().matrix().rows();
        Rows gate = scratch.rows("gate", count, inner);
        Rows up = scratch.rows("up", count, inner);
        Products.Input x = products.input(input, count);
        products.multiply(dense.gate(), x, gate);
        products.multiply(dense.up(), x, up);
        activate(gate, up, count);
        Rows result = scratch.rows("expert.output", count, shape.hidden());
        products.multiply(dense.down(), products.input(gate, count), result);
        return result;
    }

    /** Into {@code gate}. */
    private void activate(Rows gate, Rows up, int count) {
        if (traits.activation() == Activation.SILU) {
            kernels.siluMultiply(gate, up, count, gate);
        } else {
            kernels.geluMultiply(gate, up, count, gate);
        }
    }

    /** What goes into attention or a feed-forward; the stream itself where no norm stands before it. */
    private Rows before(Optional<float[]> norm, Rows hidden, int count) {
        if (norm.isEmpty()) {
            return hidden;
        }
        Rows normed = scratch.rows("normed", count, shape.hidden());
        kernels.rmsNorm(hidden, count, norm.get(), shape.normEpsilon(), normed);
        return normed;
    }

    private void addToStream(Rows hidden, Optional<float[]> norm, Rows added, int count) {
        norm.ifPresent(weight -> kernels.rmsNorm(added, count, weight, shape.normEpsilon(), added));
        scale(added, count, traits.multipliers().residual());
        kernels.add(hidden, count, added);
    }

    private void normHeads(Rows x, int count, float[] norm) {
        if (traits.queryKeyNorm() == QueryKeyNorm.PROJECTION) {
            kernels.rmsNorm(x, count, norm, shape.normEpsilon(), x);
            return;
        }
        int heads = x.width() / shape.headSize();
        Rows view = new Rows(x.values(), x.count() * heads, shape.headSize());
        kernels.rmsNorm(view, count * heads, norm, shape.normEpsilon(), view);
    }

    private void scale(Rows x, int count, float factor) {
        if (factor != 1f) {
            kernels.scale(x, count, factor);
        }
    }
}
