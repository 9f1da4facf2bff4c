/**
 * From what a model said back to what it learnt from. Open AnswerTrace first. Pure functions over a tokenizer and
 * samples; for any thread.
 */
package quern.tuning.lineage;
