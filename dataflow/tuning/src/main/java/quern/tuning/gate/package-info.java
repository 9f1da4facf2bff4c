/**
 * Checks that users give the gate: a question and what must be true of the answer. Open Check first, then Expectation.
 * Nothing here knows how answers are made; the tuning package and the job layer use it. For one thread at a time.
 */
package quern.tuning.gate;
