package quern.tuning.merge;

import quern.inference.transformer.LoraWeights;

/**
 * An adapter that goes into a merge.
 *
 * @param id for people
 * @param weight of its update in the sum
 */
public record Ingredient(String id, LoraWeights weights, double weight) {}
