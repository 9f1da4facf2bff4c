/**
 * How well a model predicts a text, and how far two models are apart on it: open PerplexityRun first. Used by the
 * command line. One thread drives a run and with it the model's backend.
 */
package quern.inference.perplexity;
