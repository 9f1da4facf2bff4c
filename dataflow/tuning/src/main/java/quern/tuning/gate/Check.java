package quern.tuning.gate;

/**
 * A question and what must be true of the greedy answer to it.
 *
 * @param name for reports
 * @param tokensMax longest answer
 */
public record Check(String name, CheckPrompt prompt, Expectation expectation, int tokensMax) {}
