/**
 * Recipes in Data-Juicer's YAML form, the operators they name, and the one streaming run that turns samples into a
 * dataset. Open {@link quern.curation.Operator} first, then {@link quern.curation.PipelineRun}. The actor layer
 * drives a run; nothing here starts a thread. Operators are pure, a run has one owner.
 */
package quern.curation;
