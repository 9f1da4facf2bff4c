package quern.inference.transformer;

import quern.gpu.kernel.RopeTable;

/**
 * A decoder-only transformer of the Llama kind, described by numbers: RMS norms before attention and feed-forward,
 * rotary positions, grouped-query attention, gated SiLU feed-forward.
 *
 * @param architecture {@code llama}, {@code qwen2}
 * @param headSize elements of one head; not always {@code hidden / heads}
 * @param feedForward inner width of the feed-forward
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
        boolean attentionBias) {}
