/**
 * Training: samples to examples, batches, optimizer steps, adapters and the evaluation gate. Open Trainer first, then
 * FullTraining (a small model as a whole) and TuningRun (an adapter, from samples to the gate's decision). Plain step
 * functions for one thread, that which drives the compute team; a TuningRun is sliced by the engine loop.
 */
package quern.tuning;
