/**
 * Whether a model fits a machine, and how fast it will be there, from its header and a few seconds of measuring. Open
 * ModelFit first. Used by the doctor and by benchmarks; the backend's one driver calls it.
 */
package quern.inference.fit;
