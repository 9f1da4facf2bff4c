/**
 * Text to token ids and back. Open Tokenizer first, then VocabularyTokenizer, the one implementation: added tokens,
 * then TextRule (normalization), WordRule (cutting into words), PieceModel (words to tokens: BytePairs, ScoredPairs,
 * Unigram, WordPiece), Writing (tokens to bytes). PreTokenizer has what GGUF files only name. Knows no file format.
 * Everything is immutable, for any thread.
 */
package quern.inference.tokenizer;
