package quern.inference.encoder;

import quern.gpu.kernel.Activation;

/**
 * A bidirectional transformer of the BERT kind (Devlin et al., arXiv 1810.04805), described by numbers: learned
 * positions, attention over the whole text, layer norms after attention and feed-forward.
 *
 * @param architecture {@code bert}, {@code roberta}, {@code distilbert}
 * @param contextTokens longest text, its framing tokens counted
 * @param positionOffset row of the position table that belongs to the first token
 * @param tokenTypes whether the first row of a table of token types is added to each token
 */
public record EncoderShape(
        String architecture,
        int layers,
        int hidden,
        int heads,
        int feedForward,
        int vocabulary,
        int contextTokens,
        int positionOffset,
        boolean tokenTypes,
        float normEpsilon,
        Activation activation) {

    /** The same for shorter texts. */
    public EncoderShape within(int tokens) {
        return new EncoderShape(architecture, layers, hidden, heads, feedForward, vocabulary, tokens, positionOffset,
                tokenTypes, normEpsilon, activation);
    }

    public int headSize() {
        return hidden / heads;
    }
}
