package quern.inference.template;

import java.util.HashMap;
import java.util.Map;

/** Variables; a loop's body and a macro have their own, in front of those around. */
final class Scope {

    private final Scope outer;
    private final Map<String, Object> variables = new HashMap<>();

    Scope(Scope outer) {
        this.outer = outer;
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return Nothing.UNDEFINED;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
