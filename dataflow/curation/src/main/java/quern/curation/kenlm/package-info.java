/**
 * N-gram language models in KenLM's binary form, read from the user's files. Open
 * {@link quern.curation.kenlm.KenlmModel} first. Used by {@code quern.curation.library}; models are immutable and safe
 * for several threads.
 */
package quern.curation.kenlm;
