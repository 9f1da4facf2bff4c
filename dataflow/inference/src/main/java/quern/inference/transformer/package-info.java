/**
 * The forward pass over a mixed batch, described by ModelShape. Open Transformer first. Driven by the
 * engine's thread; used by tuning for the frozen weights.
 */
package quern.inference.transformer;
