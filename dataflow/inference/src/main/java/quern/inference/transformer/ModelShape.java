package quern.inference.transformer;

import java.util.Optional;
import quern.gpu.kernel.AttentionRule;
import quern.gpu.kernel.RopeTable;
import quern.inference.transformer.Traits.LayerKind;

/**
 * A decoder-only transformer described by data: RMS norms, rotary positions, grouped-query attention, a gated
 * feed-forward, and the {@link Traits} in which its family differs from Llama.
 *
 * @param architecture the family's name, such as {@code llama}, {@code qwen2}, {@code gemma3}
 * @param headSize elements of one head; not always {@code hidden / heads}
 * @param feedForward inner width of the plain feed-forwards
 * @param contextTokens longest sequence it was trained for
 * @param tiedEmbeddings the output matrix is the embedding matrix
 * @param attentionBias query, key and value projections have biases
 */
public record ModelShape(
        String architecture,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headSize,
        int feedForward,
        int vocabulary,
        int contextTokens,
        float normEpsilon,
        RopeTable rope,
        boolean tiedEmbeddings,
        boolean attentionBias,
        Traits traits) {

    /** A Llama. */
    public ModelShape(
            String architecture, int layers, int hidden, int heads, int kvHeads, int headSize, int feedForward,
            int vocabulary, int contextTokens, float normEpsilon, RopeTable rope, boolean tiedEmbeddings,
            boolean attentionBias) {
        this(architecture, layers, hidden, heads, kvHeads, headSize, feedForward, vocabulary, contextTokens,
                normEpsilon, rope, tiedEmbeddings, attentionBias, Traits.LLAMA);
    }

    /** What layer {@code index} sees and how it turns. */
    public LayerKind layer(int index) {
        return traits.layers().isEmpty() ? new LayerKind(0, Optional.of(rope)) : traits.layers().get(index);
    }

    /**
     * Tokens of context that double what a token costs: its attention over so many takes as many multiplications as
     * its matrices. Counts plain feed-forwards and no windows.
     */
    public double doublingTokens() {
        double matrices = (double) hidden * (2.0 * headSize * (heads + kvHeads) + 3.0 * feedForward);
        return matrices / (2.0 * heads * headSize);
    }

    /** How layer {@code index} attends. */
    public AttentionRule attention(int index) {
        float scale = traits.multipliers().attention();
        return new AttentionRule(scale != 0 ? scale : (float) (1.0 / Math.sqrt(headSize)),
                layer(index).windowTokens(), traits.attentionSoftcap());
    }

    /** Whether layer {@code index} has experts in place of one feed-forward. */
    public boolean sparse(int index) {
        return traits.experts().isPresent() && !traits.experts().get().denseLayers().contains(index);
    }
}
