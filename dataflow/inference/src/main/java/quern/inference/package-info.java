/**
 * A loaded language model: weights, tokenizer, chat template. Open LoadedModel first. Read-only after
 * loading; the engine's thread drives the forward pass.
 */
package quern.inference;
