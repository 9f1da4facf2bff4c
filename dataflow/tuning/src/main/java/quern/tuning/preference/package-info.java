/**
 * Learning from pairs of answers, one of which is to be preferred: the losses, and their gradients in pieces. Open
 * {@link quern.tuning.preference.PreferenceLoss} first. Used by tuning runs and their gate, on the engine's thread.
 */
package quern.tuning.preference;
