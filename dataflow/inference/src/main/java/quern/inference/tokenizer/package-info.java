/**
 * Byte-level BPE and SentencePiece-style tokenizers. Open Tokenizer first. Immutable, for any thread.
 */
package quern.inference.tokenizer;
