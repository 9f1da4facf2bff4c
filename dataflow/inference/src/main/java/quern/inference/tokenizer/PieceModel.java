package quern.inference.tokenizer;

/** How a word becomes tokens. Immutable, for any thread. */
public sealed interface PieceModel permits BytePairs, ScoredPairs, Unigram, WordPiece, WholeWords {

    /** Adds the tokens of a word that is not empty. */
    void encode(String word, TokenList out);
}
