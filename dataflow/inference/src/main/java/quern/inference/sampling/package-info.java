/**
 * From logits to one token: penalties, temperature, cuts, a draw that depends on seed and position only; and from
 * tokens to text, with stop strings. Open Sampler first. Used by the engine; one instance a sequence, one thread.
 */
package quern.inference.sampling;
