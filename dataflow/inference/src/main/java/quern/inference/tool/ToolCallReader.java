package quern.inference.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds calls of functions in an answer while it is produced. What is no whole call of a function that exists stays
 * text; the arguments of a call come in pieces as they are written.
 */
public final class ToolCallReader {

    /** What a piece of the answer turned out to be. */
    public sealed interface Event {}

    /** Text for the reader of the answer. */
    public record Content(String text) implements Event {}

    /** @param index of this call, from 0 */
    public record Called(int index, String name) implements Event {}

    /** More of the arguments' JSON of the call begun last. */
    public record Arguments(int index, String text) implements Event {}

    private enum Mode { TEXT, CALL, AFTER, PLAIN }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern HEAD = Pattern.compile(
            "\\{\\s*\"name\"\\s*:\\s*(\"(?:[^\"\\\\]|\\\\.)*+\")\\s*,\\s*\"(?:arguments|parameters)\"\\s*:\\s*");

    private final ToolSyntax syntax;
    private final Set<String> names;
    private final boolean several;
    private final StringBuilder held = new StringBuilder();
    private final StringBuilder object = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private final List<Event> events = new ArrayList<>();
    private Mode mode = Mode.TEXT;
    private String blanks = "";
    private int calls;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean begun;
    private boolean behindCall;

    /**
     * @param names functions there are
     * @param several whether a second call is still a call
     */
    public ToolCallReader(ToolSyntax syntax, Set<String> names, boolean several) {
        this.syntax = syntax;
        this.names = Set.copyOf(names);
        this.several = several;
    }

    /** Whether a call was found. */
    public boolean called() {
        return calls > 0;
    }

    /** More of the answer. */
    public List<Event> append(String text) {
        held.append(text);
        boolean more = true;
        while (more && !held.isEmpty()) {
            more = switch (mode) {
                case TEXT -> text();
                case CALL -> call();
                case AFTER -> after();
                case PLAIN -> {
                    content(held.toString());
                    held.setLength(0);
                    yield false;
                }
            };
        }
        return take();
    }

    /** The answer is over. */
    public List<Event> finish() {
        boolean unfinished = mode == Mode.CALL && !begun && !object.isEmpty();
        if (unfinished) {
            content(syntax.opening() + object);
        }
        if (mode == Mode.TEXT || mode == Mode.PLAIN || unfinished) {
            content(held.toString());
        }
        held.setLength(0);
        if (!blanks.isEmpty() && !behindCall) {
            events.add(new Content(blanks));
            blanks = "";
        }
        return take();
    }

    private List<Event> take() {
        flushArguments();
        List<Event> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** @return whether there may be more to do at once */
    private boolean text() {
        if (syntax.opening().isEmpty()) {
            return bareStart();
        }
        int at = held.indexOf(syntax.opening());
        if (at >= 0 && (several || calls == 0)) {
            content(held.substring(0, at));
            blanks = "";
            held.delete(0, at + syntax.opening().length());
            begin();
            return true;
        }
        int kept = several || calls == 0 ? beginningAtEnd() : 0;
        content(held.substring(0, held.length() - kept));
        held.delete(0, held.length() - kept);
        return false;
    }

    /* Without an opening only the answer's very first character tells. */
    private boolean bareStart() {
        String text = held.toString().stripLeading();
        if (text.isEmpty()) {
            return false;
        }
        if (text.charAt(0) == '{' && calls == 0) {
            begin();
        } else {
            mode = Mode.PLAIN;
        }
        return true;
    }

    private int beginningAtEnd() {
        for (int length = Math.min(syntax.opening().length() - 1, held.length()); length > 0; length--) {
            if (syntax.opening().startsWith(held.substring(held.length() - length))) {
                return length;
            }
        }
        return 0;
    }

    private void begin() {
        mode = Mode.CALL;
        object.setLength(0);
        depth = 0;
        inString = false;
        escaped = false;
        begun = false;
    }

    private boolean call() {
        int i = 0;
        while (i < held.length()) {
            char c = held.charAt(i++);
            boolean between = depth == 0 && (Character.isWhitespace(c) || syntax.list() && (c == '[' || c == ','));
            if (between) {
                continue;
            }
            if (depth == 0 && c != '{') {
                boolean listEnds = syntax.list() && c == ']';
                mode = listEnds ? Mode.AFTER : Mode.PLAIN;
                held.delete(0, listEnds ? i : i - 1);
                if (!listEnds) {
                    content(syntax.opening());
                }
                return true;
            }
            take(c);
            if (depth == 0) {
                held.delete(0, i);
                over();
                return true;
            }
        }
        held.setLength(0);
        return false;
    }

    private void take(char c) {
        if (depth == 1 && !inString && c == '{' && !begun) {
            head();
        }
        object.append(c);
        if (escaped) {
            escaped = false;
        } else if (inString) {
            escaped = c == '\\';
            inString = c != '"';
        } else {
            inString = c == '"';
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        }
        boolean inside = depth > 1 || depth == 1 && (c == '}' || c == ']');
        if (begun && inside) {
            arguments.append(c);
        }
    }

    /* Name and key are there and the arguments begin: from here on they can be passed on as they come. */
    private void head() {
        Matcher head = HEAD.matcher(object);
        if (head.matches()) {
            try {
                String name = JSON.readValue(head.group(1), String.class);
                if (names.contains(name) && (several || calls == 0)) {
                    events.add(new Called(calls++, name));
                    begun = true;
                    behindCall = true;
                }
            } catch (JsonProcessingException malformed) {
                begun = false;
            }
        }
    }

    private void over() {
        mode = syntax.list() ? Mode.CALL : Mode.AFTER;
        if (begun) {
            flushArguments();
            begun = false;
        } else if (!whole()) {
            content(syntax.opening() + object);
            mode = Mode.PLAIN;
        }
        object.setLength(0);
    }

    /** A call written in another order. */
    private boolean whole() {
        try {
            JsonNode call = JSON.readTree(object.toString());
            JsonNode given = call.has("arguments") ? call.get("arguments") : call.path("parameters");
            String name = call.path("name").asText();
            boolean known = names.contains(name) && (several || calls == 0);
            boolean object = given.isObject() || given.isTextual() && JSON.readTree(given.textValue()).isObject();
            if (known && object) {
                behindCall = true;
                events.add(new Called(calls, name));
                events.add(new Arguments(calls++, given.isTextual() ? given.textValue() : given.toString()));
            }
            return known && object;
        } catch (JsonProcessingException malformed) {
            return false;
        }
    }

    private boolean after() {
        String text = held.toString().stripLeading();
        if (text.startsWith(syntax.closing())) {
            held.setLength(0);
            held.append(text, syntax.closing().length(), text.length());
            mode = Mode.TEXT;
            return true;
        }
        if (syntax.closing().startsWith(text)) {
            return false;
        }
        mode = Mode.TEXT;
        return true;
    }

    private void flushArguments() {
        if (!arguments.isEmpty()) {
            events.add(new Arguments(calls - 1, arguments.toString()));
            arguments.setLength(0);
        }
    }

    /* Blanks around calls are nobody's text: they wait until something follows that is. */
    private void content(String text) {
        String whole = behindCall ? (blanks + text).stripLeading() : blanks + text;
        String shown = whole.stripTrailing();
        blanks = whole.substring(shown.length());
        if (!shown.isEmpty()) {
            events.add(new Content(shown));
            behindCall = false;
        }
    }
}
