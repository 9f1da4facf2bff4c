package quern.inference.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.inference.tokenizer.PromptText;

/**
 * A model's chat template: Jinja as Hugging Face renders it (trim_blocks, lstrip_blocks, loop controls, {@code tojson}
 * without ASCII escapes, {@code raise_exception}, {@code strftime_now}).
 *
 * <p>The rendered text remembers which characters are a message's, so that a control token written in a message stays
 * text when {@link quern.inference.tokenizer.Tokenizer#encodeTemplate(PromptText)} encodes it. Roles of the API count
 * as the template's, any other role as a message's.
 *
 * <p>Immutable, for any thread.
 */
public final class ChatTemplate {

    private static final int SOURCE_CHARS_MAX = 1 << 18;
    private static final Set<String> ROLES =
            Set.of("system", "user", "assistant", "tool", "developer", "function", "ipython");
    private static final Set<String> TOKENS = Set.of("bos_token", "eos_token");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** For models without a template: "role: content" lines, then "assistant:". */
    private static final ChatTemplate PLAIN = parse("""
            {{- bos_token }}
            {%- for message in messages %}
                {{- message.role + ': ' + (message.content if message.content is string else '') + '\\n' }}
            {%- endfor %}
            {{- 'assistant:' if add_generation_prompt }}""");

    private final List<Node> nodes;

    private ChatTemplate(List<Node> nodes) {
        this.nodes = nodes;
    }

    /** @throws TemplateException if the source is no template of the supported part of Jinja */
    public static ChatTemplate parse(String source) {
        if (source.length() > SOURCE_CHARS_MAX) {
            throw new TemplateException(
                    "chat template of " + source.length() + " characters, at most " + SOURCE_CHARS_MAX);
        }
        return new ChatTemplate(TemplateParser.parse(source));
    }

    /** The template of models that have none: the begin token, a line {@code role: content} per message. */
    public static ChatTemplate plain() {
        return PLAIN;
    }

    /** @throws TemplateException if the template refuses the conversation, fails on it or exceeds a limit */
    public PromptText render(Conversation conversation) {
        Map<String, Object> variables = new LinkedHashMap<>(conversation.options());
        variables.put("messages", conversation.messages().stream().map(ChatTemplate::withParsedCalls).toList());
        variables.remove("tools");
        if (!conversation.tools().isEmpty()) {
            variables.put("tools", conversation.tools());
        }
        variables.put("add_generation_prompt", conversation.addGenerationPrompt());
        variables.put("bos_token", conversation.begin());
        variables.put("eos_token", conversation.end());
        return render(variables, conversation.now());
    }

    /**
     * Renders over these variables as they are: what is not among them is undefined.
     *
     * @param variables {@code messages} and others; values are JSON's as Java maps, lists, strings, numbers, booleans
     *     and null. {@code bos_token} and {@code eos_token} count as the template's own text, all others as a
     *     message's
     * @param now what the template takes for today
     * @throws TemplateException if the template refuses the conversation, fails on it or exceeds a limit
     */
    public PromptText render(Map<String, ?> variables, LocalDateTime now) {
        Budget budget = new Budget();
        Scope globals = Globals.of(now, budget);
        variables.forEach((name, json) -> {
            Object value = Values.fromJson(json, budget);
            boolean token = TOKENS.contains(name) && value instanceof Text;
            globals.set(name, token ? Text.template((String) json) : value);
        });
        if (globals.get("messages") instanceof List<?> messages) {
            messages.forEach(ChatTemplate::trustRole);
        }
        try {
            return new Rendering(budget).run(nodes, new Scope(globals)).toPrompt();
        } catch (StackOverflowError deep) {
            throw new TemplateException("chat template makes values that nest too deep", deep);
        }
    }

    private static void trustRole(Object message) {
        if (message instanceof Dictionary map && map.get("role") instanceof Text role
                && ROLES.contains(role.value())) {
            map.put(Text.template("role"), Text.template(role.value()));
        }
    }

    private static Map<String, Object> withParsedCalls(Map<String, Object> message) {
        Map<String, Object> copy = new LinkedHashMap<>(message);
        copy.computeIfPresent("tool_calls", (key, calls) -> withParsedArguments(calls));
        return copy;
    }

    /** The API carries a call's arguments as a string of JSON, templates expect the object. */
    private static Object withParsedArguments(Object json) {
        return switch (json) {
            case List<?> calls -> calls.stream().map(ChatTemplate::withParsedArguments).toList();
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>(map);
                copy.computeIfPresent("function", (key, function) -> withParsedArguments(function));
                copy.computeIfPresent("arguments", (key, arguments) -> parsed(arguments));
                yield copy;
            }
            default -> json;
        };
    }

    private static Object parsed(Object arguments) {
        if (!(arguments instanceof String text)) {
            return arguments;
        }
        try {
            return JSON.readTree(text).isObject() ? JSON.readValue(text, Map.class) : arguments;
        } catch (JsonProcessingException notJson) {
            return arguments;
        }
    }
}
