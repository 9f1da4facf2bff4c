package quern.inference.grammar;

/**
 * What a grammar may cost.
 *
 * @param statesMax states while compiling, all rules together
 * @param schemaChars longest schema, as text
 */
public record GrammarLimits(int statesMax, int schemaChars) {}
