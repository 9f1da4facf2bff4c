package quern.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The methods of strings. */
final class TextMethods {

    private static final Set<String> NAMES = Set.of("strip", "lstrip", "rstrip", "split", "rsplit", "splitlines",
            "startswith", "endswith", "replace", "upper", "lower", "casefold", "title", "capitalize", "swapcase",
            "find", "rfind", "index", "rindex", "count", "join", "partition", "rpartition", "removeprefix",
            "removesuffix", "center", "ljust", "rjust", "zfill", "expandtabs", "format", "isdigit", "isdecimal",
            "isnumeric", "isalpha", "isalnum", "isspace", "isupper", "islower", "istitle", "isascii", "isprintable",
            "isidentifier");

    private final Budget budget;
    private final Formats formats;

    TextMethods(Budget budget) {
        this.budget = budget;
        this.formats = new Formats(budget);
    }

    static boolean has(String name) {
        return NAMES.contains(name);
    }

    Object call(Text text, String name, List<Object> positional, Map<String, Object> named) {
        budget.steps(1 + text.length() / 16);
        if (name.equals("format")) {
            return formats.format(text, positional, named);
        }
        if (!named.isEmpty() && !Set.of("split", "rsplit", "splitlines", "replace", "expandtabs").contains(name)) {
            throw new TemplateException(name + " takes no keyword arguments");
        }
        return switch (name) {
            case "strip", "lstrip", "rstrip" -> {
                Object chars = Arguments.bind(name, positional, named, 0, "chars").get("chars", Nothing.NONE);
                yield Strings.strip(text, chars == Nothing.NONE ? null : Values.text(chars).value(),
                        !name.equals("rstrip"), !name.equals("lstrip"));
            }
            case "split", "rsplit" -> split(text, name.equals("rsplit"),
                    Arguments.bind(name, positional, named, 0, "sep", "maxsplit"));
            case "splitlines" -> Strings.lines(text,
                    Arguments.bind(name, positional, named, 0, "keepends").flag("keepends"));
            case "replace" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 2, "old", "new", "count");
                yield replace(text, arguments.text("old"), arguments.text("new"), arguments.integer("count", -1));
            }
            case "startswith", "endswith", "find", "rfind", "index", "rindex", "count" ->
                    searched(text, name, Arguments.bind(name, positional, named, 1, "sub", "start", "end"));
            case "join" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 1, "iterable");
                yield join(Values.items(arguments.get("iterable", Nothing.NONE), budget), text);
            }
            case "partition", "rpartition", "removeprefix", "removesuffix" -> cut(text, name,
                    Arguments.bind(name, positional, named, 1, "sep").text("sep"));
            case "center", "ljust", "rjust", "zfill", "expandtabs" -> padded(text, name, positional, named);
            default -> {
                Arguments.bind(name, positional, named, 0);
                yield name.startsWith("is") ? (Object) is(text.value(), name) : respelled(text, name);
            }
        };
    }

    static Text respelled(Text text, String name) {
        return switch (name) {
            case "upper" -> text.respelled(Strings::upper);
            case "lower" -> text.respelled(Strings::lower);
            case "casefold" -> text.respelled(s -> Strings.lower(Strings.upper(s)));
            case "title" -> text.respelled(Strings::title);
            case "swapcase" -> text.respelled(Strings::swapCase);
            default -> text.respelled(Strings::capitalize);
        };
    }

    private static boolean is(String value, String name) {
        return switch (name) {
            case "isdigit" -> Strings.all(value, Strings::isDigit);
            case "isdecimal" -> Strings.all(value, Character::isDigit);
            case "isnumeric" -> Strings.all(value, Strings::isNumeric);
            case "isalpha" -> Strings.all(value, Character::isLetter);
            case "isalnum" -> Strings.all(value, c -> Character.isLetter(c) || Strings.isNumeric(c));
            case "isspace" -> Strings.all(value, Strings::isSpace);
            case "isupper" -> Strings.allCased(value, Character::isUpperCase);
            case "islower" -> Strings.allCased(value, Character::isLowerCase);
            case "istitle" -> Strings.isTitle(value);
            case "isascii" -> value.chars().allMatch(c -> c < 0x80);
            case "isprintable" -> value.codePoints().allMatch(Strings::isPrintable);
            default -> !value.isEmpty() && Lexer.isNameStart(value.codePointAt(0))
                    && value.codePoints().allMatch(Lexer::isNamePart);
        };
    }

    private static Object searched(Text text, String name, Arguments arguments) {
        String value = text.value();
        int from = bound(arguments, "start", value, 0);
        int to = bound(arguments, "end", value, value.length());
        boolean outside = arguments.integer("start", 0) > value.codePointCount(0, value.length()) || from > to;
        String part = outside ? "" : value.substring(from, to);
        Object sub = arguments.get("sub", Nothing.NONE);
        if (name.equals("startswith") || name.equals("endswith")) {
            Predicate<String> test = name.equals("startswith") ? part::startsWith : part::endsWith;
            List<?> candidates = sub instanceof Tuple several ? several.items() : List.of(sub);
            return !outside && candidates.stream().anyMatch(one -> test.test(Values.text(one).value()));
        }
        String wanted = Values.text(sub).value();
        if (name.equals("count")) {
            return outside ? 0L : occurrences(part, wanted);
        }
        int at = outside ? -1 : name.startsWith("r") ? part.lastIndexOf(wanted) : part.indexOf(wanted);
        if (at < 0 && name.endsWith("index")) {
            throw new TemplateException("substring not found");
        }
        return at < 0 ? -1L : (long) value.codePointCount(0, from + at);
    }

    private static int bound(Arguments arguments, String name, String value, int otherwise) {
        return arguments.get(name, Nothing.NONE) == Nothing.NONE ? otherwise
                : Strings.offset(value, arguments.integer(name, 0));
    }

    private static long occurrences(String text, String wanted) {
        if (wanted.isEmpty()) {
            return text.codePointCount(0, text.length()) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    private Object cut(Text text, String name, Text separator) {
        String value = text.value();
        int length = separator.length();
        switch (name) {
            case "removeprefix" -> {
                return value.startsWith(separator.value()) ? text.slice(length, value.length()) : text;
            }
            case "removesuffix" -> {
                return length > 0 && value.endsWith(separator.value()) ? text.slice(0, value.length() - length) : text;
            }
            default -> {
                checkSeparator(separator);
                boolean right = name.equals("rpartition");
                int at = right ? value.lastIndexOf(separator.value()) : value.indexOf(separator.value());
                if (at < 0) {
                    return right ? Tuple.of(Text.EMPTY, Text.EMPTY, text) : Tuple.of(text, Text.EMPTY, Text.EMPTY);
                }
                return Tuple.of(text.slice(0, at), separator, text.slice(at + length, value.length()));
            }
        }
    }

    private Text padded(Text text, String name, List<Object> positional, Map<String, Object> named) {
        if (name.equals("expandtabs")) {
            int size = Arguments.bind(name, positional, named, 0, "tabsize").integer("tabsize", 8);
            return expanded(text, size);
        }
        boolean zeros = name.equals("zfill");
        Arguments arguments = zeros ? Arguments.bind(name, positional, named, 1, "width")
                : Arguments.bind(name, positional, named, 1, "width", "fillchar");
        Text fill = zeros ? Text.template("0") : Values.text(arguments.get("fillchar", Text.template(" ")));
        if (Values.length(fill) != 1) {
            throw new TemplateException("the fill character must be exactly one character long");
        }
        long missing = Math.max(0, arguments.integer("width", 0) - Values.length(text));
        if (zeros && text.length() > 0 && "+-".indexOf(text.value().charAt(0)) >= 0) {
            return around(text.slice(0, 1), fill, missing, text.slice(1, text.length()));
        }
        long left = switch (name) {
            case "ljust" -> 0;
            case "center" -> missing / 2 + (missing & arguments.integer("width", 0) & 1);
            default -> missing;
        };
        return around(around(Text.EMPTY, fill, left, text), fill, missing - left, Text.EMPTY);
    }

    private Text around(Text before, Text fill, long times, Text after) {
        TextBuilder padded = new TextBuilder(budget).add(before);
        for (long i = 0; i < times; i++) {
            padded.add(fill);
        }
        return padded.add(after).build();
    }

    private Text expanded(Text text, int size) {
        budget.steps(text.length());
        TextBuilder expanded = new TextBuilder(budget);
        int column = 0;
        for (Object one : text.characters()) {
            Text character = (Text) one;
            if (character.value().equals("\t")) {
                int blanks = size <= 0 ? 0 : size - column % size;
                budget.text(blanks, blanks);
                expanded.add(" ".repeat(blanks));
                column += blanks;
            } else {
                expanded.add(character);
                column = "\r\n".contains(character.value()) ? 0 : column + 1;
            }
        }
        return expanded.build();
    }

    private List<Object> split(Text text, boolean fromRight, Arguments arguments) {
        Object separator = arguments.get("sep", Nothing.NONE);
        int splitsMax = arguments.integer("maxsplit", -1);
        if (separator == Nothing.NONE) {
            return fromRight && splitsMax >= 0 ? wordsFromRight(text, splitsMax) : words(text, splitsMax);
        }
        checkSeparator(Values.text(separator));
        return fromRight && splitsMax >= 0
                ? separatedFromRight(text, Values.text(separator).value(), splitsMax)
                : separated(text, Values.text(separator).value(), splitsMax);
    }

    private static void checkSeparator(Text separator) {
        if (separator.length() == 0) {
            throw new TemplateException("empty separator");
        }
    }

    private List<Object> words(Text text, int splitsMax) {
        List<Object> words = new ArrayList<>();
        String value = text.value();
        int at = 0;
        while (true) {
            while (at < value.length() && Strings.isSpace(value.charAt(at))) {
                at++;
            }
            if (at == value.length()) {
                return words;
            }
            budget.step();
            int end = at;
            while (end < value.length() && (!Strings.isSpace(value.charAt(end)) || words.size() == splitsMax)) {
                end++;
            }
            Text word = text.slice(at, end);
            words.add(words.size() == splitsMax ? Strings.strip(word, null, false, true) : word);
            at = end;
        }
    }

    private List<Object> wordsFromRight(Text text, int splitsMax) {
        List<Object> words = new ArrayList<>();
        Text rest = Strings.strip(text, null, false, true);
        while (rest.length() > 0) {
            budget.step();
            int from = rest.length();
            while (from > 0 && (!Strings.isSpace(rest.value().charAt(from - 1)) || words.size() == splitsMax)) {
                from--;
            }
            Text word = rest.slice(from, rest.length());
            words.addFirst(words.size() == splitsMax ? Strings.strip(word, null, true, false) : word);
            rest = Strings.strip(rest.slice(0, from), null, false, true);
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

    /** @param timesMax negative: all */
    Text replace(Text text, Text old, Text replacement, int timesMax) {
        TextBuilder replaced = new TextBuilder(budget);
        if (old.length() == 0) {
            budget.steps(text.length());
            int times = 0;
            for (Object character : text.characters()) {
                if (times++ < timesMax || timesMax < 0) {
                    replaced.add(replacement);
                }
                replaced.add((Text) character);
            }
            return times < timesMax || timesMax < 0 ? replaced.add(replacement).build() : replaced.build();
        }
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

    /** Python's own: the items must be strings. */
    private Text join(List<?> items, Text separator) {
        items.forEach(Values::text);
        return joined(items, separator);
    }

    /** Each item as the template writes it. */
    Text joined(List<?> items, Text separator) {
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
}
