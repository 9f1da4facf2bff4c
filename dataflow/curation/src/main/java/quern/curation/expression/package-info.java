/**
 * A small expression language over the fields of a sample, read like Python: arithmetic, comparisons, texts, lists,
 * a fixed set of functions; no loops, no names but fields, no effects, bounded cost. Open
 * {@link quern.curation.expression.Expression} first. Used by the operators; expressions are immutable and safe for
 * several threads.
 */
package quern.curation.expression;
