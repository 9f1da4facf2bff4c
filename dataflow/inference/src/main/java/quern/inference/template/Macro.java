package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A macro, or the body of a call block, with the variables around its definition.
 *
 * @param body called with arguments bound
 */
record Macro(Node.Macro definition, Callable body) {

    Object attribute(String name) {
        return switch (name) {
            case "name" -> definition.name() == null ? Nothing.NONE : Text.template(definition.name());
            case "arguments" -> {
                List<Object> names = new ArrayList<>();
                definition.parameters().forEach(parameter -> names.add(Text.template(parameter)));
                yield new Tuple(names);
            }
            case "catch_kwargs" -> definition.named().contains("kwargs");
            case "catch_varargs" -> definition.named().contains("varargs");
            case "caller" -> definition.named().contains("caller");
            default -> Nothing.UNDEFINED;
        };
    }

    Object call(List<Object> positional, Map<String, Object> named) {
        return body.call(positional, named);
    }
}
