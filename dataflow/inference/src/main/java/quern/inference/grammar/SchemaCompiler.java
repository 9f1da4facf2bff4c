package quern.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes rules of a schema (JSON Schema 2020-12), so that every document they describe is valid. Not every valid
 * document is described: properties come in the schema's order, without others unless {@code additionalProperties} says
 * so, and texts are escaped only where they must be.
 *
 * <p>Equal schemas become one rule, which is also what makes recursion end.
 */
final class SchemaCompiler {

    private record Pending(int rule, ObjectNode schema, String at) {}

    private static final Set<String> ASSERTIONS = Set.of("properties", "required", "items", "prefixItems", "anyOf",
            "oneOf", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems",
            "maxItems", "pattern", "format");
    private static final int RULES_MAX = 1 << 14;
    /** What a rule costs whatever it says, against a step of subset construction. */
    private static final int STEPS_PER_RULE = 600;

    private final GrammarBuilder builder;
    private final String at;
    private final SchemaText text;
    private final SchemaMerge merge;
    private final Map<JsonNode, Integer> known = new HashMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** @param at what the schema's place is called */
    SchemaCompiler(GrammarBuilder builder, JsonNode schema, String at, GrammarLimits limits) {
        this.builder = builder;
        this.at = at;
        this.text = new SchemaText(schema, at, limits);
        this.merge = new SchemaMerge(text, builder.budget());
    }

    /** The rule of the whole schema. */
    int root() {
        int root = builder.reserve(at);
        int value = rule(text.root(), at);
        while (!pending.isEmpty()) {
            Pending next = pending.remove();
            builder.define(next.rule(), part(next.schema(), next.at()));
        }
        builder.define(root, Part.row(builder.lead(), Part.call(value)));
        return root;
    }

    GrammarBuilder builder() {
        return builder;
    }

    /** The rule of a schema; it is defined later. */
    int rule(JsonNode schema, String at) {
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw new GrammarException(at, "schema 'false' has no document");
            }
            return builder.value();
        }
        ObjectNode plain = merge.resolved(schema, at);
        Integer same = known.get(plain);
        if (same != null) {
            return same;
        }
        if (known.size() >= RULES_MAX) {
            throw new GrammarException(at, "too large: more than " + RULES_MAX + " different schemas");
        }
        int rule = builder.reserve(at);
        builder.budget().at(at);
        builder.budget().steps(STEPS_PER_RULE);
        known.put(plain, rule);
        pending.add(new Pending(rule, plain, at));
        return rule;
    }

    private Part part(ObjectNode schema, String at) {
        SchemaText.checkKeywords(schema, at);
        // All that evaluates is merged by now, or stands in branches, which get the keyword with the rest.
        boolean branches = schema.has("anyOf") || schema.has("oneOf");
        SchemaFields fields = new SchemaFields(branches ? schema : SchemaText.closed(schema), at);
        if (fields.has("const") || fields.has("enum")) {
            return values(fields);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (fields.has(keyword)) {
                return branches(fields, keyword);
            }
        }
        List<String> types = fields.types();
        if (types.isEmpty()) {
            return Part.call(builder.value());
        }
        List<Part> parts = new ArrayList<>();
        for (String type : types) {
            if (!(type.equals("integer") && types.contains("number"))) {
                parts.add(ofType(fields, type));
            }
        }
        return Part.choice(parts);
    }

    private Part ofType(SchemaFields fields, String type) {
        return switch (type) {
            case "null" -> Part.text("null");
            case "boolean" -> Part.choice(Part.text("true"), Part.text("false"));
            case "integer" -> number(fields, true);
            case "number" -> number(fields, false);
            case "string" -> new StringRule(builder, fields).part();
            case "array" -> array(fields);
            case "object" -> new ObjectRule(this, fields).part();
            default -> throw new IllegalStateException(type);
        };
    }

    private Part number(SchemaFields fields, boolean whole) {
        BigDecimal low = fields.number("minimum");
        BigDecimal above = fields.number("exclusiveMinimum");
        BigDecimal high = fields.number("maximum");
        BigDecimal below = fields.number("exclusiveMaximum");
        if (low == null && above == null && high == null && below == null) {
            return Part.call(whole ? builder.integer() : builder.number());
        }
        boolean lowExcluded = above != null && (low == null || above.compareTo(low) >= 0);
        boolean highExcluded = below != null && (high == null || below.compareTo(high) <= 0);
        return new NumberRange(lowExcluded ? above : low, lowExcluded, highExcluded ? below : high, highExcluded, whole)
                .part(fields.at());
    }

    private Part array(SchemaFields fields) {
        List<JsonNode> first = fields.list("prefixItems");
        int min = fields.count("minItems", 0);
        JsonNode items = fields.node().get("items");
        boolean closed = items == null
                ? !first.isEmpty() : items.isBoolean() && !items.booleanValue();
        int max = Math.min(fields.count("maxItems", Integer.MAX_VALUE), closed ? first.size() : Integer.MAX_VALUE);
        if (min > max) {
            throw fields.problem("minItems", "asks for " + min + " items, at most " + max + " are possible");
        }
        List<Part> members = new ArrayList<>();
        for (int i = 0; i < first.size() && i < max; i++) {
            members.add(Part.call(rule(first.get(i), fields.at() + ".prefixItems[" + i + "]")));
        }
        Part tail = Part.nothing();
        if (max > members.size()) {
            Part item = Part.call(items == null ? builder.value() : rule(items, fields.at() + ".items"));
            int least = Math.max(0, min - members.size());
            int most = max == Integer.MAX_VALUE ? -1 : max - members.size();
            tail = members.isEmpty()
                    ? least == 0
                            ? Part.optional(builder.separated(item, 1, most)) : builder.separated(item, least, most)
                    : Part.repeat(Part.row(builder.comma(), item), least, most);
        }
        Part blank = Part.call(builder.blank());
        return Part.row(Part.text("["), blank, listed(members, min, tail), blank, Part.text("]"));
    }

    /** The members in a row, those from {@code min} on only if all before them are there, then the tail. */
    private Part listed(List<Part> members, int min, Part tail) {
        return (nfa, from, to) -> {
            int at = from;
            for (int i = 0; i < members.size(); i++) {
                if (i >= min) {
                    nfa.empty(at, to);
                }
                int next = nfa.state();
                (i == 0 ? members.get(i) : Part.row(builder.comma(), members.get(i))).add(nfa, at, next);
                at = next;
            }
            tail.add(nfa, at, to);
        };
    }

    private Part branches(SchemaFields fields, String keyword) {
        List<JsonNode> branches = fields.branches(keyword);
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        rest.setAll(fields.node());
        rest.remove(keyword);
        List<ObjectNode> merged = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < branches.size(); i++) {
            String at = fields.at() + "." + keyword + "[" + i + "]";
            if (branches.get(i).isBoolean() && !branches.get(i).booleanValue()) {
                continue;
            }
            ObjectNode branch = merge.merged(rest, merge.resolved(branches.get(i), at), at);
            merged.add(branch);
            parts.add(Part.call(rule(branch, at)));
        }
        if (keyword.equals("oneOf")) {
            new SchemaOverlap(merge, builder.budget(), fields.at() + ".oneOf").refuse(merged, fields);
        }
        if (parts.isEmpty()) {
            throw fields.problem(keyword, "has no branch that holds");
        }
        return Part.choice(parts);
    }

    private static Part values(SchemaFields fields) {
        for (String keyword : ASSERTIONS) {
            if (fields.has(keyword)) {
                throw fields.problem(keyword, "is not supported beside enum or const");
            }
        }
        Set<JsonNode> values = new LinkedHashSet<>(fields.has("enum")
                ? fields.branches("enum") : List.of(fields.node().get("const")));
        if (fields.has("const")) {
            values.removeIf(value -> !value.equals(fields.node().get("const")));
        }
        if (fields.has("type")) {
            List<String> types = fields.types();
            values.removeIf(value -> types.stream().noneMatch(type -> SchemaOverlap.isOf(value, type)));
        } else if (fields.nullable()) {
            values.add(com.fasterxml.jackson.databind.node.NullNode.instance);
        }
        if (values.isEmpty()) {
            throw fields.problem(fields.has("enum") ? "enum" : "const", "has no value of the type");
        }
        return Part.choice(values.stream().map(value -> Part.text(SchemaText.literal(value))).toList());
    }
}
