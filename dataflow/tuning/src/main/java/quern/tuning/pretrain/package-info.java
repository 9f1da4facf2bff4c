/**
 * Making the embedded base model, quern-nano: its vocabulary, the text it learns from and the run that trains it.
 * Open Pretraining first. Used by the command line only; single-threaded, except for the backend's compute team.
 */
package quern.tuning.pretrain;
