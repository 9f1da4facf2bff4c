/**
 * Byte-level BPE and SentencePiece-style tokenizers. Open Tokenizer first, then VocabularyTokenizer: what all share.
 * BpeVocabulary is a byte-level vocabulary as a value. Knows no file format. Immutable, for any thread.
 */
package quern.inference.tokenizer;
