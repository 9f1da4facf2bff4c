/**
 * Training: examples, batches, trainer, adapters and the evaluation gate. Open Trainer first. Single-threaded
 * step functions; the engine loop executes their slices.
 */
package quern.tuning;
