package quern.inference.template;

import java.util.List;
import java.util.Map;

/** A macro, function or method. */
@FunctionalInterface
interface Callable {

    Object call(List<Object> positional, Map<String, Object> named);
}
