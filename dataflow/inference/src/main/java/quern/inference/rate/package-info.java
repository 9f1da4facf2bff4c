/**
 * Tokens a second of a model on this machine, through the whole engine, beside what the machine can do at most: open
 * RateRun first. Used by the command line and the benchmarks. One thread drives a run and with it the model's backend.
 */
package quern.inference.rate;
