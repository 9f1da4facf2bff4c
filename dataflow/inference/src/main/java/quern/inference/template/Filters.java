package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The filters: {@code value | name(arguments)}. */
final class Filters {

    private final Budget budget;
    private final Methods methods;
    private final Tests tests;
    private final Operators operators;

    Filters(Budget budget, Methods methods, Tests tests, Operators operators) {
        this.budget = budget;
        this.methods = methods;
        this.tests = tests;
        this.operators = operators;
    }

    Object apply(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        budget.step();
        return switch (name) {
            case "tojson" -> Writing.json(value, indent(arguments, named), budget);
            case "string" -> Writing.string(value, budget);
            case "default", "d" -> defaulted(value, arguments, named);
            case "length", "count" -> (long) Values.length(value);
            case "items" -> value == Nothing.UNDEFINED ? List.of() : Methods.items(mapping(value));
            case "dictsort" -> sorted(mapping(value));
            case "list" -> new ArrayList<>(Values.items(value, budget));
            case "first" -> end(value, 0);
            case "last" -> end(value, -1);
            case "reverse" -> operators.slice(value, Nothing.NONE, Nothing.NONE, -1L);
            case "unique" -> unique(value);
            case "sort" -> sorted(value);
            case "join" -> join(value, arguments, named);
            case "map" -> mapped(value, arguments, named);
            case "select", "reject" -> selected(value, arguments, null, name.equals("select"));
            case "selectattr", "rejectattr" -> selected(value, arguments.subList(1, arguments.size()),
                    Values.text(arguments.get(0)).value(), name.equals("selectattr"));
            case "int" -> whole(value);
            case "float" -> Values.isNumber(value) ? Values.real(value) : parsed(value);
            case "abs" -> value instanceof Double number ? (Object) Math.abs(number)
                    : (Object) Math.abs((long) Values.real(value));
            case "round" -> (double) Math.round(Values.real(value));
            default -> ofText(name, Writing.string(value, budget), arguments);
        };
    }

    private Object ofText(String name, Text text, List<Object> arguments) {
        budget.steps(text.length() / 16);
        return switch (name) {
            case "trim" -> Methods.strip(
                    text, arguments.isEmpty() ? null : Values.text(arguments.get(0)).value(), true, true);
            case "upper" -> text.respelled(s -> s.toUpperCase(Locale.ROOT));
            case "lower" -> text.respelled(s -> s.toLowerCase(Locale.ROOT));
            case "title" -> text.respelled(Methods::title);
            case "capitalize" -> text.respelled(Methods::capitalize);
            case "replace" -> methods.replace(text, Values.text(arguments.get(0)), Values.text(arguments.get(1)), -1);
            case "indent" -> methods.replace(text, Text.template("\n"), Text.template("\n"
                    + " ".repeat(Math.clamp(arguments.isEmpty() ? 4 : Values.integer(arguments.get(0)), 0, 64))), -1);
            case "safe" -> text;
            default -> throw new TemplateException("filter " + name + " is not supported");
        };
    }

    private static int indent(List<Object> arguments, Map<String, Object> named) {
        Object indent = named.getOrDefault("indent", arguments.isEmpty() ? Nothing.NONE : arguments.get(0));
        return indent == Nothing.NONE ? -1 : Values.integer(indent);
    }

    private static Object defaulted(Object value, List<Object> arguments, Map<String, Object> named) {
        Object otherwise = arguments.isEmpty() ? named.getOrDefault("default_value", Text.EMPTY) : arguments.get(0);
        Object whenFalse = arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("boolean", false);
        boolean missing = value == Nothing.UNDEFINED || Values.isTrue(whenFalse) && !Values.isTrue(value);
        return missing ? otherwise : value;
    }

    private static Dictionary mapping(Object value) {
        if (value instanceof Dictionary map && !map.mutable()) {
            return map;
        }
        throw new TemplateException("Can only get item pairs from a mapping, found '" + Values.typeName(value) + "'");
    }

    private Object end(Object value, long index) {
        return operators.item(Values.items(value, budget), index);
    }

    private Object unique(Object value) {
        List<Object> unique = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            if (unique.stream().noneMatch(other -> Values.equal(other, item, budget))) {
                unique.add(item);
            }
        }
        return unique;
    }

    private Object sorted(Object value) {
        List<Object> sorted = new ArrayList<>(Values.items(value, budget));
        sorted.sort(Values::compare);
        return sorted;
    }

    private static Object sorted(Dictionary map) {
        List<Object> items = new ArrayList<>();
        for (String key : new TreeSet<>(map.entries().keySet())) {
            items.add(List.of(map.key(key), map.get(key)));
        }
        return items;
    }

    private Object join(Object value, List<Object> arguments, Map<String, Object> named) {
        Object separator = arguments.isEmpty() ? Text.EMPTY : arguments.get(0);
        Object attribute = arguments.size() > 1 ? arguments.get(1) : named.get("attribute");
        List<?> items = attribute == null ? Values.items(value, budget) : attributes(value, attribute);
        return methods.join(items, Values.text(separator));
    }

    private List<Object> attributes(Object value, Object attribute) {
        List<Object> attributes = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            attributes.add(operators.item(item, attribute));
        }
        return attributes;
    }

    private Object mapped(Object value, List<Object> arguments, Map<String, Object> named) {
        if (named.containsKey("attribute")) {
            return attributes(value, named.get("attribute"));
        }
        String filter = Values.text(arguments.get(0)).value();
        List<Object> mapped = new ArrayList<>();
        budget.enter();
        for (Object item : Values.items(value, budget)) {
            mapped.add(apply(filter, item, arguments.subList(1, arguments.size()), named));
        }
        budget.leave();
        return mapped;
    }

    /** @param attribute of the items that is tested; null: the items themselves */
    private Object selected(Object value, List<Object> arguments, String attribute, boolean wanted) {
        List<Object> selected = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            Object tested = attribute == null ? item : operators.item(item, Text.template(attribute));
            boolean passes = arguments.isEmpty() ? Values.isTrue(tested)
                    : tests.passes(Values.text(arguments.get(0)).value(), tested,
                            arguments.subList(1, arguments.size()));
            if (passes == wanted) {
                selected.add(item);
            }
        }
        return selected;
    }

    private static Long whole(Object value) {
        return Values.isNumber(value) ? (long) Values.real(value) : (long) (double) parsed(value);
    }

    private static Double parsed(Object value) {
        try {
            return value instanceof Text text && text.length() < 64 ? Double.valueOf(text.value().strip()) : 0.0;
        } catch (NumberFormatException none) {
            return 0.0;
        }
    }
}
