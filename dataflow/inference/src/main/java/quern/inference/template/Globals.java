package quern.inference.template;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/** The functions every template can call. */
final class Globals {

    private static final int RANGE_MAX = 100_000;

    private Globals() {}

    static Scope of(LocalDateTime now, Budget budget) {
        Scope scope = new Scope(null);
        scope.set("raise_exception", (Callable) (positional, named) -> {
            Object message = Arguments.bind("raise_exception", positional, named, 1, "message")
                    .get("message", Text.EMPTY);
            throw new TemplateException(
                    "the chat template refuses the conversation: " + Writing.string(message, budget).value());
        });
        scope.set("strftime_now", (Callable) (positional, named) -> {
            Text format = Arguments.bind("strftime_now", positional, named, 1, "format").text("format");
            return Text.template(Dates.format(now, format.value()));
        });
        scope.set("namespace", (Callable) (positional, named) -> {
            Namespace namespace = new Namespace();
            Dictionary initial = dictionary("namespace", positional, named, budget);
            initial.keys().forEach(key -> namespace.attributes().put(Values.text(key).value(), initial.get(key)));
            return namespace;
        });
        scope.set("dict", (Callable) (positional, named) -> dictionary("dict", positional, named, budget));
        scope.set("range", (Callable) (positional, named) -> range(positional, named));
        scope.set("cycler", (Callable) (positional, named) -> cycler(positional, named));
        scope.set("joiner", (Callable) (positional, named) -> joiner(
                Arguments.bind("joiner", positional, named, 0, "sep").get("sep", Text.template(", "))));
        return scope;
    }

    private static Dictionary dictionary(
            String function, List<Object> positional, Map<String, Object> named, Budget budget) {
        Dictionary map = new Dictionary();
        if (positional.size() > 1) {
            throw new TemplateException(function + " takes one mapping and named values");
        }
        if (!positional.isEmpty() && positional.get(0) instanceof Dictionary initial) {
            initial.keys().forEach(key -> map.put(key, initial.get(key)));
        } else if (!positional.isEmpty()) {
            for (Object pair : Values.items(positional.get(0), budget)) {
                List<?> both = Values.items(pair, budget);
                if (both.size() != 2) {
                    throw new TemplateException(function + " takes pairs, found " + both.size() + " items");
                }
                map.put(both.get(0), both.get(1));
            }
        }
        named.forEach((name, value) -> map.put(Text.template(name), value));
        return map;
    }

    private static Object range(List<Object> positional, Map<String, Object> named) {
        if (positional.isEmpty() || positional.size() > 3 || !named.isEmpty()) {
            throw new TemplateException("range takes one to three numbers");
        }
        boolean single = positional.size() == 1;
        long from = single ? 0 : Values.integer(positional.get(0));
        long to = Values.integer(positional.get(single ? 0 : 1));
        long step = positional.size() == 3 ? Values.integer(positional.get(2)) : 1;
        if (step == 0) {
            throw new TemplateException("range() arg 3 must not be zero");
        }
        long count = Math.max(0, step > 0 ? Math.ceilDiv(to - from, step) : Math.ceilDiv(from - to, -step));
        if (count > RANGE_MAX) {
            throw new TemplateException("range of " + count + " numbers, at most " + RANGE_MAX);
        }
        return new Progression(from, to, step, (int) count);
    }

    private static Namespace cycler(List<Object> items, Map<String, Object> named) {
        if (items.isEmpty() || !named.isEmpty()) {
            throw new TemplateException("cycler: at least one item has to be provided");
        }
        Namespace cycler = new Namespace();
        cycler.attributes().put("current", items.get(0));
        int[] position = {0};
        cycler.attributes().put("next", (Callable) (positional, more) -> {
            Object current = items.get(position[0]);
            position[0] = (position[0] + 1) % items.size();
            cycler.attributes().put("current", items.get(position[0]));
            return current;
        });
        cycler.attributes().put("reset", (Callable) (positional, more) -> {
            position[0] = 0;
            cycler.attributes().put("current", items.get(0));
            return Nothing.NONE;
        });
        return cycler;
    }

    private static Callable joiner(Object separator) {
        boolean[] used = {false};
        return (positional, named) -> {
            Object written = used[0] ? separator : Text.EMPTY;
            used[0] = true;
            return written;
        };
    }
}
