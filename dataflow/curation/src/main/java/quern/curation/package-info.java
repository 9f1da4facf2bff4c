/**
 * Recipes, operators and their one streaming run over samples. Open Operator first. A run is a
 * single-threaded step function driven by an actor; operators are pure.
 */
package quern.curation;
