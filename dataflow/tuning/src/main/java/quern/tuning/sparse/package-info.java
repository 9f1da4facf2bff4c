/**
 * Adapters as sparse ternary deltas: what training changed, cut down to signs at few places and one scale a matrix.
 * Open CompressionRun for how one is chosen, TernaryFile for what lies on disk. Serving reads files from here. Plain
 * code for one thread.
 */
package quern.tuning.sparse;
