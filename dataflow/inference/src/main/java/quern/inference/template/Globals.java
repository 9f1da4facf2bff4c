package quern.inference.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions every template can call. */
final class Globals {

    private static final int RANGE_MAX = 100_000;

    private static final Map<Character, String> DATE_LETTERS = Map.ofEntries(
            Map.entry('Y', "uuuu"), Map.entry('y', "uu"), Map.entry('m', "MM"), Map.entry('d', "dd"),
            Map.entry('B', "MMMM"), Map.entry('b', "MMM"), Map.entry('A', "EEEE"), Map.entry('a', "EEE"),
            Map.entry('H', "HH"), Map.entry('I', "hh"), Map.entry('M', "mm"), Map.entry('S', "ss"),
            Map.entry('p', "a"), Map.entry('j', "DDD"));

    private Globals() {}

    static Scope of(LocalDateTime now, Budget budget) {
        Scope scope = new Scope(null);
        scope.set("raise_exception", (Callable) (positional, named) -> {
            throw new TemplateException("the chat template refuses the conversation: "
                    + (positional.isEmpty() ? "" : Writing.string(positional.get(0), budget).value()));
        });
        scope.set("strftime_now", (Callable) (positional, named) ->
                Text.template(date(now, Values.text(first(positional, Text.EMPTY)).value())));
        scope.set("namespace", (Callable) (positional, named) -> {
            Dictionary namespace = Dictionary.namespace();
            if (first(positional, Nothing.NONE) instanceof Dictionary initial) {
                namespace.entries().putAll(initial.entries());
            }
            namespace.entries().putAll(named);
            return namespace;
        });
        scope.set("dict", (Callable) (positional, named) -> new Dictionary(named, false, false));
        scope.set("range", (Callable) (positional, named) -> range(positional, budget));
        return scope;
    }

    private static Object first(List<Object> arguments, Object otherwise) {
        return arguments.isEmpty() ? otherwise : arguments.get(0);
    }

    private static List<Object> range(List<Object> arguments, Budget budget) {
        if (arguments.isEmpty() || arguments.size() > 3) {
            throw new TemplateException("range takes one to three numbers");
        }
        boolean single = arguments.size() == 1;
        long from = single ? 0 : Values.integer(arguments.get(0));
        long to = Values.integer(arguments.get(single ? 0 : 1));
        long step = arguments.size() == 3 ? Values.integer(arguments.get(2)) : 1;
        if (step == 0 || Math.abs(to - from) / Math.abs(step) > RANGE_MAX) {
            throw new TemplateException("range of more than " + RANGE_MAX + " numbers, or without a step");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            budget.step();
            numbers.add(i);
        }
        return numbers;
    }

    private static String date(LocalDateTime now, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char letter = format.charAt(++i);
            String pattern = DATE_LETTERS.get(letter);
            if (pattern == null && letter != '%') {
                throw new TemplateException("date format %" + letter + " is not supported");
            }
            text.append(letter == '%' ? "%" : now.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)));
        }
        return text.toString();
    }
}
