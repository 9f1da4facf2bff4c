/**
 * Checks of the first samples of each input that a recipe's {@code validators} ask for, before anything is curated.
 * Open {@link quern.curation.validation.Validator} first. Uses field paths and nothing else; holds no state, any
 * thread may check.
 */
package quern.curation.validation;
