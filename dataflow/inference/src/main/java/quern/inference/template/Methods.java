package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The methods of texts and mappings that a template may call; there are no others to be found. */
final class Methods {

    private static final Set<String> OF_TEXT = Set.of("strip", "lstrip", "rstrip", "split", "rsplit", "splitlines",
            "startswith", "endswith", "replace", "upper", "lower", "title", "capitalize", "find", "count", "join",
            "isdigit");
    private static final Set<String> OF_MAPPING = Set.of("items", "keys", "values", "get");

    private final Budget budget;

    Methods(Budget budget) {
        this.budget = budget;
    }

    /** The method of that name bound to its target, undefined if there is none. */
    Object bind(Object target, String name) {
        if (target instanceof Text text && OF_TEXT.contains(name)) {
            return (Callable) (positional, named) -> ofText(text, name, positional);
        }
        if (target instanceof Dictionary map && !map.mutable() && OF_MAPPING.contains(name)) {
            return (Callable) (positional, named) -> ofMapping(map, name, positional);
        }
        return Nothing.UNDEFINED;
    }

    private Object ofMapping(Dictionary map, String name, List<Object> arguments) {
        budget.steps(map.entries().size());
        return switch (name) {
            case "keys" -> Values.items(map, budget);
            case "values" -> new ArrayList<>(map.entries().values());
            case "items" -> items(map);
            default -> {
                Object value = map.get(Values.text(argument(arguments, 0, Nothing.UNDEFINED)).value());
                yield value == Nothing.UNDEFINED ? argument(arguments, 1, Nothing.NONE) : value;
            }
        };
    }

    static List<Object> items(Dictionary map) {
        List<Object> items = new ArrayList<>();
        for (Map.Entry<String, Object> entry : map.entries().entrySet()) {
            items.add(List.of(map.key(entry.getKey()), entry.getValue()));
        }
        return items;
    }

    private Object ofText(Text text, String name, List<Object> arguments) {
        budget.steps(1 + text.length() / 16);
        String value = text.value();
        return switch (name) {
            case "strip" -> stripped(text, arguments, true, true);
            case "lstrip" -> stripped(text, arguments, true, false);
            case "rstrip" -> stripped(text, arguments, false, true);
            case "split", "rsplit" -> split(text, arguments, name.equals("rsplit"));
            case "splitlines" -> value.isEmpty() ? List.of()
                    : separated(text.slice(0, value.endsWith("\n") ? value.length() - 1 : value.length()), "\n", -1);
            case "startswith" -> anyOf(arguments, value::startsWith);
            case "endswith" -> anyOf(arguments, value::endsWith);
            case "replace" -> replace(text, Values.text(argument(arguments, 0, Nothing.UNDEFINED)),
                    Values.text(argument(arguments, 1, Nothing.UNDEFINED)),
                    Values.integer(argument(arguments, 2, -1L)));
            case "upper" -> text.respelled(s -> s.toUpperCase(Locale.ROOT));
            case "lower" -> text.respelled(s -> s.toLowerCase(Locale.ROOT));
            case "title" -> text.respelled(Methods::title);
            case "capitalize" -> text.respelled(Methods::capitalize);
            case "find" -> (long) value.indexOf(Values.text(argument(arguments, 0, Nothing.UNDEFINED)).value());
            case "count" -> (long) separated(text, needle(arguments), -1).size() - 1;
            case "join" -> join(Values.items(argument(arguments, 0, Nothing.UNDEFINED), budget), text);
            default -> !value.isEmpty() && value.codePoints().allMatch(Character::isDigit);
        };
    }

    private static Object argument(List<Object> arguments, int index, Object otherwise) {
        return index < arguments.size() ? arguments.get(index) : otherwise;
    }

    private static String needle(List<Object> arguments) {
        String needle = Values.text(argument(arguments, 0, Nothing.UNDEFINED)).value();
        if (needle.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        return needle;
    }

    private boolean anyOf(List<Object> arguments, Predicate<String> test) {
        Object argument = argument(arguments, 0, Nothing.UNDEFINED);
        List<?> candidates = argument instanceof List<?> several ? several : List.of(argument);
        return candidates.stream().anyMatch(candidate -> test.test(Values.text(candidate).value()));
    }

    private static Text stripped(Text text, List<Object> arguments, boolean left, boolean right) {
        Object characters = argument(arguments, 0, Nothing.NONE);
        return strip(text, characters == Nothing.NONE ? null : Values.text(characters).value(), left, right);
    }

    /** @param characters what is taken away; null: white space */
    static Text strip(Text text, String characters, boolean left, boolean right) {
        String value = text.value();
        int from = 0;
        int to = value.length();
        while (left && from < to && isStripped(value.charAt(from), characters)) {
            from++;
        }
        while (right && to > from && isStripped(value.charAt(to - 1), characters)) {
            to--;
        }
        return text.slice(from, to);
    }

    private static boolean isStripped(char c, String characters) {
        return characters == null
                ? Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85
                : characters.indexOf(c) >= 0;
    }

    private Object split(Text text, List<Object> arguments, boolean fromRight) {
        Object separator = argument(arguments, 0, Nothing.NONE);
        int splitsMax = Values.integer(argument(arguments, 1, -1L));
        if (fromRight && splitsMax >= 0) {
            return separatedFromRight(text, needle(arguments), splitsMax);
        }
        if (separator != Nothing.NONE) {
            return separated(text, needle(arguments), splitsMax);
        }
        List<Object> words = new ArrayList<>();
        Text rest = strip(text, null, true, false);
        while (rest.length() > 0) {
            int end = 0;
            while (end < rest.length() && !isStripped(rest.value().charAt(end), null)) {
                end++;
            }
            if (words.size() == splitsMax) {
                end = strip(rest, null, false, true).length();
            }
            words.add(rest.slice(0, end));
            rest = strip(rest.slice(end, rest.length()), null, true, false);
            budget.steps(1 + rest.length() / 64);
        }
        return words;
    }

    private List<Object> separated(Text text, String separator, int splitsMax) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.value().indexOf(separator); at >= 0 && parts.size() != splitsMax;
                at = text.value().indexOf(separator, from)) {
            budget.step();
            parts.add(text.slice(from, at));
            from = at + separator.length();
        }
        parts.add(text.slice(from, text.length()));
        return parts;
    }

    private List<Object> separatedFromRight(Text text, String separator, int splitsMax) {
        List<Object> parts = new ArrayList<>();
        int to = text.length();
        for (int at = text.value().lastIndexOf(separator); at >= 0 && parts.size() != splitsMax;
                at = text.value().lastIndexOf(separator, to - separator.length())) {
            budget.step();
            parts.addFirst(text.slice(at + separator.length(), to));
            to = at;
        }
        parts.addFirst(text.slice(0, to));
        return parts;
    }

    Text replace(Text text, Text old, Text replacement, int timesMax) {
        if (old.length() == 0) {
            throw new TemplateException("replace of an empty string is not supported");
        }
        TextBuilder replaced = new TextBuilder(budget);
        int from = 0;
        int times = 0;
        for (int at = text.value().indexOf(old.value()); at >= 0 && times != timesMax;
                at = text.value().indexOf(old.value(), from)) {
            replaced.add(text, from, at).add(replacement);
            from = at + old.length();
            times++;
        }
        return replaced.add(text, from, text.length()).build();
    }

    Text join(List<?> items, Text separator) {
        TextBuilder joined = new TextBuilder(budget);
        boolean first = true;
        for (Object item : items) {
            if (!first) {
                joined.add(separator);
            }
            joined.add(Writing.string(item, budget));
            first = false;
        }
        return joined.build();
    }

    static String capitalize(String text) {
        return text.isEmpty() ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean start = true;
        for (char c : text.toCharArray()) {
            title.append(start ? Character.toUpperCase(c) : Character.toLowerCase(c));
            start = !Character.isLetter(c);
        }
        return title.toString();
    }
}
