/**
 * Tuning as jobs: samples become an adapter, the gate decides, the catalogue remembers. Open TuningWork
 * first. AttachedJob drives it on the I/O dispatcher; the run itself is part of the engine's steps.
 */
package quern.actors.tuning;
