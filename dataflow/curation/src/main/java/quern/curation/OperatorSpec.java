package quern.curation;

import java.util.List;
import java.util.function.Function;

/**
 * How an operator is made from a recipe.
 *
 * @param name recipe key
 * @param parameters its own parameters, without those every operator has
 * @param factory makes the operator; throws {@link IllegalArgumentException} for values that do not fit, and the
 *     compiler reports it
 */
public record OperatorSpec(String name, List<Parameter> parameters, Function<Arguments, Operator> factory) {}
