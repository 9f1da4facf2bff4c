/**
 * Tuning as jobs: samples become an adapter, the gate decides, the catalogue remembers. Open TuningJob first. The job's
 * actor lives on the I/O dispatcher; the work itself runs in the engine's steps.
 */
package quern.actors.tuning;
