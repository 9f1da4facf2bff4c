package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Objects of a schema: its properties in their order, then others if it allows them, each key once. */
final class ObjectRule {

    private record Property(Part member, boolean required) {}

    private final SchemaCompiler compiler;
    private final GrammarBuilder builder;
    private final SchemaFields fields;

    ObjectRule(SchemaCompiler compiler, SchemaFields fields) {
        this.compiler = compiler;
        this.builder = compiler.builder();
        this.fields = fields;
    }

    Part part() {
        ObjectNode named = fields.has("properties")
                ? fields.object("properties") : JsonNodeFactory.instance.objectNode();
        Set<String> required = fields.names("required");
        JsonNode others = fields.node().get("additionalProperties");
        if (others != null && !others.isBoolean() && !others.isObject()) {
            throw fields.problem("additionalProperties", "is not a schema");
        }
        boolean anyOther = others == null || others.isBoolean() && others.booleanValue();
        if (!fields.has("properties") && required.isEmpty() && anyOther) {
            return Part.call(builder.object());
        }
        List<Property> properties = new ArrayList<>();
        named.properties().forEach(entry -> {
            boolean never = entry.getValue().isBoolean() && !entry.getValue().booleanValue();
            if (!never || required.contains(entry.getKey())) {
                properties.add(new Property(
                        member(entry.getKey(), entry.getValue(), place(entry.getKey())),
                        required.contains(entry.getKey())));
            }
        });
        for (String name : required) {
            if (!named.has(name)) {
                if (others != null && others.isBoolean() && !others.booleanValue()) {
                    throw fields.problem("required", "names '" + SchemaText.brief(name)
                            + "', which additionalProperties forbids");
                }
                properties.add(new Property(
                        member(name, others == null ? JsonNodeFactory.instance.booleanNode(true) : others,
                                fields.at() + ".additionalProperties"), true));
            }
        }
        boolean open = others != null && (others.isObject() || others.booleanValue());
        return whole(properties, open ? further(named, required, others) : null);
    }

    private String place(String name) {
        return fields.at() + ".properties." + SchemaText.brief(name);
    }

    private Part member(String name, JsonNode schema, String at) {
        return keyed(Part.text(SchemaText.literal(TextNode.valueOf(name))), compiler.rule(schema, at));
    }

    private Part keyed(Part key, int valueRule) {
        return Part.row(key, Part.text(":"), Part.call(builder.blank()), Part.call(valueRule));
    }

    /** Members under other keys than those named. */
    private Part further(ObjectNode named, Set<String> required, JsonNode others) {
        List<Part> taken = new ArrayList<>();
        named.fieldNames().forEachRemaining(name -> taken.add(Spelling.JSON.text(name)));
        required.forEach(name -> taken.add(Spelling.JSON.text(name)));
        builder.budget().at(fields.at() + ".additionalProperties");
        Automaton any = Automaton.of(
                Part.repeat(Spelling.JSON.one(CodePoints.ALL), 0, -1), builder.budget());
        Automaton free = taken.isEmpty()
                ? any : any.minus(Automaton.of(Part.choice(taken), builder.budget()), builder.budget());
        Part key = Part.row(Part.text("\""), free.part(), Part.text("\""));
        return keyed(key, compiler.rule(others, fields.at() + ".additionalProperties"));
    }

    /* Two rows of states: before the first member, where no comma is due, and after it. */
    private Part whole(List<Property> properties, Part further) {
        return (nfa, from, to) -> {
            int first = nfa.state();
            Part.row(Part.text("{"), Part.call(builder.blank())).add(nfa, from, first);
            int later = nfa.state();
            for (Property property : properties) {
                int nextFirst = nfa.state();
                int nextLater = nfa.state();
                property.member().add(nfa, first, nextLater);
                Part.row(builder.comma(), property.member()).add(nfa, later, nextLater);
                if (!property.required()) {
                    nfa.empty(first, nextFirst);
                    nfa.empty(later, nextLater);
                }
                first = nextFirst;
                later = nextLater;
            }
            if (further != null) {
                int loop = nfa.state();
                further.add(nfa, first, loop);
                Part.row(builder.comma(), further).add(nfa, later, loop);
                Part.row(builder.comma(), further).add(nfa, loop, loop);
                nfa.empty(loop, later);
            }
            nfa.symbols(first, '}', '}', to);
            Part.row(Part.call(builder.blank()), Part.text("}")).add(nfa, later, to);
        };
    }
}
