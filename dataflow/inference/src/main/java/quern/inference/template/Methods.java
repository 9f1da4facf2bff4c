package quern.inference.template;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The methods and attributes that a template finds on a value; there are no others to be found. Those that would change
 * a list or mapping are not there either, as in Jinja's immutable sandbox.
 */
final class Methods {

    private static final Set<String> OF_MAPPING = Set.of("items", "keys", "values", "get", "copy");
    private static final Set<String> OF_LIST = Set.of("index", "count", "copy");

    private final Budget budget;
    private final TextMethods texts;

    Methods(Budget budget) {
        this.budget = budget;
        this.texts = new TextMethods(budget);
    }

    TextMethods texts() {
        return texts;
    }

    /** The method of that name bound to its target, or the attribute's value; undefined if there is neither. */
    Object bind(Object target, String name) {
        return switch (target) {
            case Text text when TextMethods.has(name) -> (Callable) (positional, named) ->
                    texts.call(text, name, positional, named);
            case Dictionary map when OF_MAPPING.contains(name) -> (Callable) (positional, named) ->
                    ofMapping(map, name, positional, named);
            case List<?> items when OF_LIST.contains(name) -> (Callable) (positional, named) ->
                    ofList(items, name, positional, named);
            case Tuple tuple when OF_LIST.contains(name) && !name.equals("copy") -> (Callable) (positional, named) ->
                    ofList(tuple.items(), name, positional, named);
            case Namespace namespace -> namespace.attributes().getOrDefault(name, Nothing.UNDEFINED);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Tuple tuple when tuple.names().contains(name) -> tuple.items().get(tuple.names().indexOf(name));
            default -> Nothing.UNDEFINED;
        };
    }

    private Object ofMapping(Dictionary map, String name, List<Object> positional, Map<String, Object> named) {
        budget.steps(map.size());
        if (name.equals("get")) {
            Arguments arguments = Arguments.bind(name, positional, Map.of(), 1, "key", "default");
            if (!named.isEmpty()) {
                throw new TemplateException("get takes no keyword arguments");
            }
            Object value = map.get(arguments.get("key", Nothing.NONE));
            return value == Nothing.UNDEFINED ? arguments.get("default", Nothing.NONE) : value;
        }
        Arguments.bind(name, positional, named, 0);
        return switch (name) {
            case "keys" -> new View(View.Kind.KEYS, map.keys());
            case "values" -> new View(View.Kind.VALUES, map.values());
            case "items" -> new View(View.Kind.ITEMS, map.items());
            default -> {
                Dictionary copy = new Dictionary();
                map.keys().forEach(key -> copy.put(key, map.get(key)));
                yield copy;
            }
        };
    }

    private Object ofList(List<?> items, String name, List<Object> positional, Map<String, Object> named) {
        budget.steps(items.size());
        if (name.equals("copy")) {
            Arguments.bind(name, positional, named, 0);
            return List.copyOf(items);
        }
        Object wanted = Arguments.bind(name, positional, named, 1, "value").get("value", Nothing.NONE);
        long count = 0;
        for (int i = 0; i < items.size(); i++) {
            if (Values.equal(items.get(i), wanted, budget)) {
                if (name.equals("index")) {
                    return (long) i;
                }
                count++;
            }
        }
        if (name.equals("index")) {
            throw new TemplateException("the value is not in the list");
        }
        return count;
    }
}
