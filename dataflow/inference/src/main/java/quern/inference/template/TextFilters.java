package quern.inference.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The filters of texts; any other value is written out first. */
final class TextFilters {

    private static final Set<String> NAMES = Set.of("trim", "upper", "lower", "title", "capitalize", "replace",
            "indent", "center", "truncate", "wordcount", "escape", "e", "forceescape", "urlencode");
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private final Budget budget;
    private final TextMethods methods;

    TextFilters(Budget budget, TextMethods methods) {
        this.budget = budget;
        this.methods = methods;
    }

    static boolean has(String name) {
        return NAMES.contains(name);
    }

    Object apply(String name, Object value, List<Object> positional, Map<String, Object> named) {
        if (name.equals("truncate") && !(value instanceof Text)) {
            Arguments arguments = Arguments.bind(name, positional, named, 0, "length", "killwords", "end", "leeway");
            return Values.length(value) <= arguments.integer("length", 255) ? value : Values.text(value);
        }
        Text text = name.equals("indent") ? Values.text(value) : Writing.string(value, budget);
        budget.steps(text.length() / 16);
        return switch (name) {
            case "trim" -> {
                Object chars = Arguments.bind(name, positional, named, 0, "chars").get("chars", Nothing.NONE);
                yield Strings.strip(text, chars == Nothing.NONE ? null : Values.text(chars).value(), true, true);
            }
            case "replace" -> {
                Arguments arguments = Arguments.bind(name, positional, named, 2, "old", "new", "count");
                boolean all = arguments.get("count", Nothing.NONE) == Nothing.NONE;
                yield methods.replace(text, Writing.string(arguments.get("old", Text.EMPTY), budget),
                        Writing.string(arguments.get("new", Text.EMPTY), budget),
                        all ? -1 : arguments.integer("count", -1));
            }
            case "indent" -> indented(text, Arguments.bind(name, positional, named, 0, "width", "first", "blank"));
            case "center" -> {
                int width = Arguments.bind(name, positional, named, 0, "width").integer("width", 80);
                yield methods.call(text, "center", List.of((long) width), Map.of());
            }
            case "truncate" -> truncated(text,
                    Arguments.bind(name, positional, named, 0, "length", "killwords", "end", "leeway"));
            default -> {
                Arguments.bind(name, positional, named, 0);
                yield simple(name, text);
            }
        };
    }

    private Object simple(String name, Text text) {
        return switch (name) {
            case "title" -> text.respelled(Strings::titleWords);
            case "wordcount" -> WORD.matcher(text.value()).results().count();
            case "urlencode" -> Text.of(encoded(text.value()), text.hasContent());
            case "upper", "lower", "capitalize" -> TextMethods.respelled(text, name);
            default -> escaped(text);
        };
    }

    private Text escaped(Text text) {
        TextBuilder out = new TextBuilder(budget);
        for (int i = 0; i < text.length(); i++) {
            String written = switch (text.value().charAt(i)) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '"' -> "&#34;";
                case '\'' -> "&#39;";
                default -> null;
            };
            if (written == null) {
                out.add(text, i, i + 1);
            } else {
                out.add(Text.of(written, text.isContent(i)));
            }
        }
        return out.build();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "/_.-~".indexOf(b) >= 0);
            encoded.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b));
        }
        return encoded.toString();
    }

    private Text indented(Text text, Arguments arguments) {
        Object width = arguments.get("width", 4L);
        Text unit = width instanceof Text own ? own
                : Text.template(" ".repeat(Math.clamp(Values.integer(width), 0, 256)));
        List<Object> lines = new ArrayList<>(Strings.lines(
                new TextBuilder(budget).add(text).add("\n").build(), false));
        TextBuilder out = new TextBuilder(budget);
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) lines.get(i);
            boolean wanted = i == 0 ? arguments.flag("first") : line.length() > 0 || arguments.flag("blank");
            out.add(i > 0 ? "\n" : "").add(wanted ? unit : Text.EMPTY).add(line);
        }
        return out.build();
    }

    private Text truncated(Text text, Arguments arguments) {
        int length = arguments.integer("length", 255);
        int leeway = arguments.get("leeway", Nothing.NONE) == Nothing.NONE ? 5 : arguments.integer("leeway", 5);
        Text end = arguments.has("end") ? arguments.text("end") : Text.template("...");
        long room = length - Values.length(end);
        if (room < 0 || leeway < 0) {
            throw new TemplateException("truncate: expected length >= " + Values.length(end) + " and leeway >= 0");
        }
        if (Values.length(text) <= (long) length + leeway) {
            return text;
        }
        Text cut = text.slice(0, Strings.offset(text.value(), (int) room));
        if (!arguments.flag("killwords")) {
            int blank = cut.value().lastIndexOf(' ');
            cut = blank < 0 ? cut : cut.slice(0, blank);
        }
        return new TextBuilder(budget).add(cut).add(end).build();
    }
}
