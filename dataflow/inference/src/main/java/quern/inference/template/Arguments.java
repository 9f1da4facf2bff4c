package quern.inference.template;

import java.util.List;
import java.util.Map;

/** Arguments of one call, by the names of a function's parameters, after Python's rules. */
final class Arguments {

    private final List<String> names;
    private final Object[] values;

    private Arguments(List<String> names, Object[] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * @param function for messages
     * @param required how many of the parameters must be given
     * @throws TemplateException if arguments are missing, unknown, too many or given twice
     */
    static Arguments bind(
            String function, List<Object> positional, Map<String, Object> named, int required, String... names) {
        if (positional.size() > names.length) {
            throw new TemplateException(
                    function + " takes at most " + names.length + " arguments, found " + positional.size());
        }
        List<String> known = List.of(names);
        Object[] values = positional.toArray(new Object[names.length]);
        named.forEach((name, value) -> {
            int index = known.indexOf(name);
            if (index < 0 || index < positional.size()) {
                throw new TemplateException(
                        function + (index < 0 ? " has no parameter " : " has more than one value for ") + name);
            }
            values[index] = value;
        });
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw new TemplateException(function + " needs an argument " + names[i]);
            }
        }
        return new Arguments(known, values);
    }

    boolean has(String name) {
        return values[names.indexOf(name)] != null;
    }

    Object get(String name, Object otherwise) {
        Object value = values[names.indexOf(name)];
        return value == null ? otherwise : value;
    }

    Text text(String name) {
        return Values.text(get(name, Nothing.NONE));
    }

    int integer(String name, int otherwise) {
        return has(name) ? Values.integer(get(name, Nothing.NONE)) : otherwise;
    }

    boolean flag(String name) {
        return Values.isTrue(get(name, false));
    }
}
