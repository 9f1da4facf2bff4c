package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/** Answers that call functions: the names and arguments of each call are those of a function there is. */
public final class CallGrammar {

    /**
     * A function that may be called.
     *
     * @param parameters schema of its arguments; absent (null): it takes none
     * @param at what the schema's place is called in a refusal
     */
    public record Function(String name, JsonNode parameters, String at) {}

    private final GrammarBuilder builder;
    private final CallForm form;

    private CallGrammar(CallForm form, GrammarLimits limits) {
        this.builder = new GrammarBuilder(limits.statesMax());
        this.form = form;
    }

    /**
     * Calls and nothing else.
     *
     * @param several whether there may be more than one
     * @throws GrammarException naming the place if a schema cannot be used
     */
    public static Grammar calls(List<Function> functions, CallForm form, boolean several, GrammarLimits limits) {
        CallGrammar grammar = new CallGrammar(form, limits);
        Part calls = Part.row(grammar.builder.lead(), grammar.group(grammar.call(functions, limits), several));
        return grammar.builder.build(grammar.builder.add("tools", calls));
    }

    /**
     * Any text, but once the opening stands in it only a whole call may follow.
     *
     * @param form with an opening
     * @throws GrammarException naming the place if a schema cannot be used
     */
    public static Grammar textOrCalls(List<Function> functions, CallForm form, boolean several, GrammarLimits limits) {
        CallGrammar grammar = new CallGrammar(form, limits);
        GrammarBuilder builder = grammar.builder;
        Part any = Part.repeat(Part.symbols(0, 255), 0, -1);
        Part text = any;
        if (form.openingMarker() < 0) {
            Automaton holding = Automaton.of(Part.row(any, Part.text(form.opening()), any), builder.budget());
            text = Automaton.of(any, builder.budget()).minus(holding, builder.budget()).part();
        }
        Part group = grammar.group(grammar.call(functions, limits), several);
        return builder.build(builder.add("tools", Part.row(text, Part.optional(group))));
    }

    private Part group(Part call, boolean several) {
        Part blank = Part.call(builder.blank());
        if (form.list()) {
            return Part.row(form.openingPart(), blank, Part.text("["), blank,
                    several ? builder.separated(call, 1, -1) : call, blank, Part.text("]"), form.closingPart());
        }
        Part one = Part.row(form.openingPart(), blank, call, blank, form.closingPart());
        boolean repeats = several && !form.opening().isEmpty();
        return repeats ? Part.row(one, Part.repeat(Part.row(blank, one), 0, -1)) : one;
    }

    private Part call(List<Function> functions, GrammarLimits limits) {
        Part blank = Part.call(builder.blank());
        List<Part> calls = new ArrayList<>();
        for (Function function : functions) {
            int arguments = new SchemaCompiler(builder, object(function), function.at(), limits).root();
            calls.add(Part.row(Part.text("{"), blank, Part.text("\"name\":"), blank,
                    Part.text(TextNode.valueOf(function.name()).toString()), builder.comma(),
                    Part.text("\"" + form.argumentsKey() + "\":"), Part.call(arguments), blank, Part.text("}")));
        }
        return Part.call(builder.add("tools", Part.choice(calls)));
    }

    private static JsonNode object(Function function) {
        if (function.parameters() == null) {
            return JsonNodeFactory.instance.objectNode().put("type", "object").put("additionalProperties", false);
        }
        if (!(function.parameters() instanceof ObjectNode schema)) {
            throw new GrammarException(function.at(), "is not a schema: expected an object");
        }
        JsonNode type = schema.get("type");
        if (type != null && !type.equals(TextNode.valueOf("object"))) {
            throw new GrammarException(function.at() + ".type", "is not 'object', as the parameters of a function are");
        }
        return type != null ? schema : schema.deepCopy().put("type", "object");
    }
}
