package quern.inference.encoder;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.Kernels;
import quern.gpu.kernel.KvLayout;
import quern.gpu.kernel.KvRows;
import quern.gpu.tensor.ElementType;
import quern.gpu.tensor.Rows;
import quern.inference.encoder.EncoderWeights.Layer;
import quern.inference.encoder.EncoderWeights.Linear;
import quern.inference.encoder.EncoderWeights.Norm;
import quern.inference.transformer.RowScratch;

/**
 * The forward pass of an encoder over rows of any number of texts, with float activations. Owns its buffers: one
 * instance, one thread, one {@link EncoderRun} at a time.
 *
 * <p>Attention in both directions is the cache's attention with the keys and values of the whole text in place and
 * every row at the last position.
 */
public final class Encoder {

    private static final int BLOCK_TOKENS = 32;

    private final EncoderShape shape;
    private final EncoderWeights weights;
    private final Kernels kernels;
    private final KvLayout layout;
    private final AttentionRule rule;
    private final RowScratch scratch = new RowScratch();
    private final List<MemorySegment> blocks = new ArrayList<>();

    public Encoder(EncoderShape shape, EncoderWeights weights, Kernels kernels) {
        this.shape = shape;
        this.weights = weights;
        this.kernels = kernels;
        this.layout = new KvLayout(1, shape.heads(), shape.headSize(), BLOCK_TOKENS, ElementType.F32);
        this.rule = AttentionRule.full((float) (1.0 / Math.sqrt(shape.headSize())));
    }

    public EncoderShape shape() {
        return shape;
    }

    /** Blocks for texts of these lengths, one array a text; those of an earlier call are used again. */
    MemorySegment[][] blocksOf(int[] lengths) {
        MemorySegment[][] perText = new MemorySegment[lengths.length][];
        int next = 0;
        for (int text = 0; text < lengths.length; text++) {
            perText[text] = new MemorySegment[Math.ceilDiv(lengths[text], BLOCK_TOKENS)];
            for (int i = 0; i < perText[text].length; i++, next++) {
                if (next == blocks.size()) {
                    blocks.add(MemorySegment.ofArray(new byte[Math.toIntExact(layout.blockBytes())]));
                }
                perText[text][i] = blocks.get(next);
            }
        }
        return perText;
    }

    KvRows rows(MemorySegment[][] blocksPerRow, int[] positions) {
        return new KvRows(layout, blocksPerRow, positions);
    }

    /** Token, position and type, normed. */
    void embed(int[] tokens, int[] positions, Rows x) {
        int count = tokens.length;
        int[] places = positions.clone();
        for (int i = 0; i < count; i++) {
            places[i] += shape.positionOffset();
        }
        Rows position = scratch.rows("position", count, shape.hidden());
        kernels.embed(weights.tokens(), tokens, count, x);
        kernels.embed(weights.positions(), places, count, position);
        kernels.add(x, count, position);
        weights.type().ifPresent(type -> kernels.addBias(x, count, type));
        norm(weights.embeddingNorm(), x, count);
    }

    /** Leaves the keys and values of a layer's rows in their blocks. */
    void store(int layer, Rows x, int count, KvRows kv) {
        Layer block = weights.layers().get(layer);
        Rows keys = multiply(block.key(), x, count, "keys");
        Rows values = multiply(block.value(), x, count, "values");
        kernels.storeKv(keys, values, count, kv, 0);
    }

    /** Turns a layer's rows into the next layer's, once all of their text is stored. */
    void mix(int layer, Rows x, int count, KvRows kv) {
        Layer block = weights.layers().get(layer);
        Rows queries = multiply(block.query(), x, count, "queries");
        Rows mixed = scratch.rows("mixed", count, shape.hidden());
        kernels.attention(queries, count, shape.heads(), rule, kv, 0, mixed);
        kernels.add(x, count, multiply(block.attentionOutput(), mixed, count, "projected"));
        norm(block.attentionNorm(), x, count);
        Rows inner = multiply(block.up(), x, count, "inner");
        kernels.activate(shape.activation(), inner, count);
        kernels.add(x, count, multiply(block.down(), inner, count, "projected"));
        norm(block.outputNorm(), x, count);
    }

    private Rows multiply(Linear linear, Rows x, int count, String use) {
        Rows y = scratch.rows(use, count, linear.matrix().rows());
        kernels.matmul(linear.matrix(), x, count, y);
        kernels.addBias(y, count, linear.bias());
        return y;
    }

    private void norm(Norm norm, Rows x, int count) {
        kernels.layerNorm(x, count, norm.weight(), norm.bias(), shape.normEpsilon(), x);
    }
}
