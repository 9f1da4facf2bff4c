/**
 * Operators that ask a language model: filters by its judgement or its probabilities, mappers that write, rewrite or
 * extract, aggregators that sum up. Open {@link quern.curation.generation.Asking} first, then
 * {@link quern.curation.generation.JudgementFilter}. Only quern.curation.library makes them; {@code
 * quern.curation.deident} asks through {@link quern.curation.generation.SpanQuestion}. All are immutable; calls
 * block the thread until the model has answered.
 */
package quern.curation.generation;
