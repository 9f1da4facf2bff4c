/**
 * The operators a recipe can name and how each is made from its parameters, and the names of Data-Juicer's operators
 * that are refused, with the reason. Open {@link quern.curation.library.BuiltInOperators} first. Used by whoever
 * compiles recipes; immutable.
 */
package quern.curation.library;
