package quern.inference.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The filters of lists and other things with items. Those that are lazy in Jinja are lazy here. */
final class SequenceFilters {

    private static final Set<String> NAMES = Set.of("first", "last", "reverse", "unique", "sort", "dictsort", "join",
            "map", "select", "reject", "selectattr", "rejectattr", "sum", "min", "max", "groupby", "batch", "slice");

    private final Budget budget;
    private final Filters filters;
    private final Tests tests;
    private final Operators operators;
    private final TextMethods texts;

    SequenceFilters(Budget budget, Filters filters, Tests tests, Operators operators, TextMethods texts) {
        this.budget = budget;
        this.filters = filters;
        this.tests = tests;
        this.operators = operators;
        this.texts = texts;
    }

    static boolean has(String name) {
        return NAMES.contains(name);
    }

    Object apply(String name, Object value, List<Object> positional, Map<String, Object> named) {
        return switch (name) {
            case "map" -> mapped(value, positional, named);
            case "select", "reject" -> selected(value, positional, named, null, name.equals("select"));
            case "selectattr", "rejectattr" -> {
                if (positional.isEmpty()) {
                    throw new TemplateException(name + " needs the name of an attribute");
                }
                yield selected(value, positional.subList(1, positional.size()), named, positional.get(0),
                        name.equals("selectattr"));
            }
            case "first" -> {
                Arguments.bind(name, positional, named, 0);
                yield first(value);
            }
            case "last" -> {
                Arguments.bind(name, positional, named, 0);
                yield last(value);
            }
            case "reverse" -> {
                Arguments.bind(name, positional, named, 0);
                yield value instanceof Text ? operators.slice(value, Nothing.NONE, Nothing.NONE, -1L)
                        : reversed(value);
            }
            case "join" -> joined(value, Arguments.bind(name, positional, named, 0, "d", "attribute"));
            case "sum" -> sum(value, Arguments.bind(name, positional, named, 0, "attribute", "start"));
            case "batch" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 1, "linecount", "fill_with");
                yield new Generator(() -> batched(value, arguments).iterator());
            }
            case "slice" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 1, "slices", "fill_with");
                yield new Generator(() -> sliced(value, arguments).iterator());
            }
            case "unique" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 0, "case_sensitive", "attribute");
                yield new Generator(() -> unique(value, arguments).iterator());
            }
            default -> ordered(name, value, positional, named);
        };
    }

    private Object ordered(String name, Object value, List<Object> positional, Map<String, Object> named) {
        return switch (name) {
            case "sort" -> sorted(value,
                    Arguments.bind(name, positional, named, 0, "reverse", "case_sensitive", "attribute"));
            case "min", "max" -> extreme(value, name.equals("max"),
                    Arguments.bind(name, positional, named, 0, "case_sensitive", "attribute"));
            case "dictsort" -> dictionarySorted(value,
                    Arguments.bind(name, positional, named, 0, "case_sensitive", "by", "reverse"));
            default -> grouped(value,
                    Arguments.bind(name, positional, named, 1, "attribute", "default", "case_sensitive"));
        };
    }

    private Generator reversed(Object value) {
        List<Object> items = new ArrayList<>(Values.items(value, budget));
        return new Generator(items.reversed()::iterator);
    }

    private Object first(Object value) {
        if (value instanceof Generator generator) {
            return generator.rest().hasNext() ? generator.rest().next() : Nothing.UNDEFINED;
        }
        List<?> items = Values.items(value, budget);
        return items.isEmpty() ? Nothing.UNDEFINED : items.getFirst();
    }

    private Object last(Object value) {
        if (value instanceof Generator) {
            throw new TemplateException("'" + Values.typeName(value) + "' object is not reversible");
        }
        List<?> items = Values.items(value, budget);
        return items.isEmpty() ? Nothing.UNDEFINED : items.getLast();
    }

    /** What items are compared by: an attribute if one is named, texts without regard to case. */
    private Function<Object, Object> key(Arguments arguments, Object attribute) {
        boolean cased = arguments.flag("case_sensitive");
        return item -> {
            Object key = attribute == Nothing.NONE ? item : operators.path(item, attribute);
            return key instanceof Text text && !cased ? text.respelled(Strings::lower) : key;
        };
    }

    private Object attribute(Arguments arguments) {
        return arguments.get("attribute", Nothing.NONE);
    }

    private List<Object> sorted(Object value, Arguments arguments) {
        Object attribute = attribute(arguments);
        List<Object> sorted = new ArrayList<>(Values.items(value, budget));
        Function<Object, Object> key = keys(arguments, attribute);
        sort(sorted, key, arguments.flag("reverse"));
        return sorted;
    }

    /** One key per attribute, compared in turn; keys that are both undefined are equal then. */
    private Function<Object, Object> keys(Arguments arguments, Object attributes) {
        List<Function<Object, Object>> keys = new ArrayList<>();
        if (attributes instanceof Text names) {
            for (String name : names.value().split(",", -1)) {
                keys.add(key(arguments, Text.template(name)));
            }
        } else {
            keys.add(key(arguments, attributes));
        }
        return item -> new Tuple(keys.stream().map(one -> one.apply(item)).toList());
    }

    private void sort(List<Object> items, Function<Object, Object> key, boolean reverse) {
        Comparator<Object> order = (a, b) -> Values.compare(key.apply(a), key.apply(b), budget);
        try {
            items.sort(reverse ? Collections.reverseOrder(order) : order);
        } catch (IllegalArgumentException inconsistent) {
            throw new TemplateException("the items have no order", inconsistent);
        }
    }

    private List<Object> unique(Object value, Arguments arguments) {
        Function<Object, Object> key = key(arguments, attribute(arguments));
        Dictionary seen = new Dictionary();
        List<Object> unique = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            Object own = key.apply(item);
            if (!seen.has(own)) {
                seen.put(own, true);
                unique.add(item);
            }
        }
        return unique;
    }

    private Object extreme(Object value, boolean largest, Arguments arguments) {
        Function<Object, Object> key = key(arguments, attribute(arguments));
        Object best = Nothing.UNDEFINED;
        for (Object item : Values.items(value, budget)) {
            int order = best == Nothing.UNDEFINED ? -1 : Values.compare(key.apply(item), key.apply(best), budget);
            boolean better = best == Nothing.UNDEFINED || (largest ? order > 0 : order < 0);
            best = better ? item : best;
        }
        return best;
    }

    private Object dictionarySorted(Object value, Arguments arguments) {
        if (!(value instanceof Dictionary map)) {
            throw new TemplateException("dictsort: expected a mapping, found '" + Values.typeName(value) + "'");
        }
        String by = arguments.has("by") ? arguments.text("by").value() : "key";
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateException("dictsort: expected by key or value, found " + by);
        }
        List<Object> items = map.items();
        sort(items, key(arguments, by.equals("key") ? 0L : 1L), arguments.flag("reverse"));
        return items;
    }

    private Object grouped(Object value, Arguments arguments) {
        Object attribute = attribute(arguments);
        Function<Object, Object> plain = item -> {
            Object key = operators.path(item, attribute);
            return key == Nothing.UNDEFINED ? arguments.get("default", Nothing.UNDEFINED) : key;
        };
        boolean cased = arguments.flag("case_sensitive");
        Function<Object, Object> folded = item -> plain.apply(item) instanceof Text text && !cased
                ? text.respelled(Strings::lower) : plain.apply(item);
        List<Object> items = new ArrayList<>(Values.items(value, budget));
        sort(items, folded, false);
        List<Object> groups = new ArrayList<>();
        List<Object> members = List.of();
        Object last = null;
        for (Object item : items) {
            Object key = folded.apply(item);
            if (last == null || !Values.equal(last, key, budget)) {
                members = new ArrayList<>();
                groups.add(new Tuple(List.of(plain.apply(item), members), List.of("grouper", "list")));
            }
            members.add(item);
            last = key;
        }
        return groups;
    }

    private Object joined(Object value, Arguments arguments) {
        Object attribute = attribute(arguments);
        List<Object> items = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            items.add(attribute == Nothing.NONE ? item : operators.path(item, attribute));
        }
        return texts.joined(items, Writing.string(arguments.get("d", Text.EMPTY), budget));
    }

    private Object sum(Object value, Arguments arguments) {
        Object attribute = attribute(arguments);
        Object sum = arguments.get("start", 0L);
        if (sum instanceof Text) {
            throw new TemplateException("sum() can't sum strings");
        }
        for (Object item : Values.items(value, budget)) {
            sum = operators.binary("+", sum, attribute == Nothing.NONE ? item : operators.path(item, attribute));
        }
        return sum;
    }

    private List<Object> batched(Object value, Arguments arguments) {
        int count = arguments.integer("linecount", 1);
        Object fill = arguments.get("fill_with", Nothing.NONE);
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        for (Object item : Values.items(value, budget)) {
            if (batch.size() == count) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            while (fill != Nothing.NONE && batch.size() < count) {
                budget.step();
                batch.add(fill);
            }
            batches.add(batch);
        }
        return batches;
    }

    private List<Object> sliced(Object value, Arguments arguments) {
        List<?> items = Values.items(value, budget);
        int count = arguments.integer("slices", 1);
        if (count < 1) {
            throw new TemplateException("slice: expected at least one slice, found " + count);
        }
        Object fill = arguments.get("fill_with", Nothing.NONE);
        List<Object> slices = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            budget.step();
            int size = items.size() / count + (i < items.size() % count ? 1 : 0);
            List<Object> slice = new ArrayList<>(items.subList(at, at + size));
            at += size;
            if (fill != Nothing.NONE && i >= items.size() % count) {
                slice.add(fill);
            }
            slices.add(slice);
        }
        return slices;
    }

    private Object mapped(Object value, List<Object> positional, Map<String, Object> named) {
        Function<Object, Object> each;
        if (positional.isEmpty() && named.containsKey("attribute")) {
            Map<String, Object> others = new LinkedHashMap<>(named);
            Object attribute = others.remove("attribute");
            Object otherwise = others.remove("default");
            Arguments.bind("map", List.of(), others, 0);
            each = item -> {
                Object found = operators.path(item, attribute);
                return found == Nothing.UNDEFINED && otherwise != null ? otherwise : found;
            };
        } else if (positional.isEmpty()) {
            throw new TemplateException("map needs a filter or an attribute");
        } else {
            String filter = Values.text(positional.get(0)).value();
            if (!Filters.has(filter)) {
                throw new TemplateException("filter " + filter + " is not supported");
            }
            List<Object> rest = positional.subList(1, positional.size());
            each = item -> filters.apply(filter, item, rest, named);
        }
        return lazily(value, items -> items.map(each));
    }

    /** @param attribute of the items that is tested; null: the items themselves */
    private Object selected(
            Object value, List<Object> positional, Map<String, Object> named, Object attribute, boolean wanted) {
        String test = positional.isEmpty() ? null : Values.text(positional.get(0)).value();
        if (test != null && !Tests.has(test)) {
            throw new TemplateException("test " + test + " is not supported");
        }
        return lazily(value, items -> items.filter(item -> {
            Object tested = attribute == null ? item : operators.path(item, attribute);
            boolean passes = test == null ? Values.isTrue(tested)
                    : tests.passes(test, tested, positional.subList(1, positional.size()), named);
            return passes == wanted;
        }));
    }

    /** What is false counts as empty, whatever it is. */
    private Generator lazily(Object value, UnaryOperator<Stream<Object>> steps) {
        return new Generator(() -> steps.apply(Values.isTrue(value)
                ? new ArrayList<Object>(Values.items(value, budget)).stream() : Stream.empty()).iterator());
    }
}
