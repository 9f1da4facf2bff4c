package quern.inference.engine;

/**
 * What a sequence consumed.
 *
 * @param promptTokens tokens of the prompt
 * @param completionTokens tokens produced, the end token not counted
 * @param cachedTokens prompt tokens whose keys and values were found instead of computed
 */
public record Usage(int promptTokens, int completionTokens, int cachedTokens) {}
