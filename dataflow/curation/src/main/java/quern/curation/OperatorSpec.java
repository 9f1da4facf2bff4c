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
public record OperatorSpec(String name, List<Parameter> parameters, Function<Arguments, Operator> factory) {

    /** Its kind by the end of its name: {@code filter}, {@code mapper} and so on; {@code op} for a list of others. */
    public String kind() {
        return name.substring(name.lastIndexOf('_') + 1);
    }
}
