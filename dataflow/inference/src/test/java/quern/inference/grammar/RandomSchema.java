package quern.inference.grammar;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Schemas of every supported keyword, with recursion. */
final class RandomSchema {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> FORMATS = List.of("date", "date-time", "uuid", "ipv4", "ipv6",
            "hostname", "uri", "duration");
    private static final List<String> PATTERNS = List.of("^[a-z]{2,5}$", "a+b", "^(foo|bar)\\d*$", "^\\w+@\\w+$",
            "^\\S.*\\S$", "[\"\\\\]", "^[^x]{0,4}$", "^\\p{Lu}\\p{L}*$", "€|é", "^(?:a|b)*c$", "^.{3}$");
    private static final List<String> NAMES = List.of("a", "name", "kind", "ü", "with \"quote\"", "nested", "id",
            "back\\");

    private final Random random;

    RandomSchema(long seed) {
        this.random = new Random(seed);
    }

    ObjectNode next() {
        ObjectNode schema = schema(3);
        ObjectNode node = schema.putObject("$defs").putObject("node").put("type", "object");
        ObjectNode properties = node.putObject("properties");
        properties.set("value", scalar());
        properties.putObject("next").putArray("anyOf").add(NODES.objectNode().put("$ref", "#/$defs/node"))
                .add(NODES.objectNode().put("type", "null"));
        properties.putObject("many").put("type", "array").putObject("items").put("$ref", "#/$defs/node");
        node.putArray("required").add("next");
        node.put("additionalProperties", false);
        return schema;
    }

    private ObjectNode schema(int depth) {
        return depth == 0 ? scalar() : switch (random.nextInt(9)) {
            case 0, 1, 2 -> object(depth);
            case 3, 4 -> array(depth);
            case 5 -> {
                ObjectNode any = NODES.objectNode();
                any.putArray("anyOf").add(schema(depth - 1)).add(schema(depth - 1));
                yield any;
            }
            case 6 -> NODES.objectNode().put("$ref", "#/$defs/node");
            case 7 -> oneOf(depth);
            default -> scalar();
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = NODES.arrayNode();
        for (String name : NAMES) {
            if (random.nextInt(3) == 0) {
                properties.set(name, schema(depth - 1));
                if (random.nextBoolean()) {
                    required.add(name);
                }
            }
        }
        schema.set("required", required);
        switch (random.nextInt(4)) {
            case 0 -> schema.put("additionalProperties", true);
            case 1 -> schema.set("additionalProperties", scalar());
            case 2 -> schema.put("additionalProperties", false);
            default -> { }
        }
        if (random.nextInt(6) == 0) {
            ObjectNode part = NODES.objectNode();
            part.putObject("properties").set("part", scalar());
            part.putArray("required").add("part");
            ObjectNode both = NODES.objectNode();
            schema.remove("additionalProperties");
            both.putArray("allOf").add(schema).add(part);
            return both;
        }
        return schema;
    }

    private ObjectNode array(int depth) {
        ObjectNode schema = NODES.objectNode().put("type", "array");
        if (random.nextInt(4) > 0) {
            schema.set("items", schema(depth - 1));
        }
        int prefix = 1 + random.nextInt(2);
        if (random.nextInt(3) == 0) {
            ArrayNode first = schema.putArray("prefixItems");
            for (int i = 0; i < prefix; i++) {
                first.add(schema(depth - 1));
            }
        } else {
            prefix = 0;
        }
        if (random.nextBoolean() && (schema.has("items") || prefix == 0)) {
            schema.put("minItems", random.nextInt(4));
        }
        if (random.nextBoolean()) {
            schema.put("maxItems", 3 + random.nextInt(3));
        }
        return schema;
    }

    private ObjectNode oneOf(int depth) {
        ObjectNode schema = NODES.objectNode();
        ArrayNode branches = schema.putArray("oneOf");
        for (String kind : List.of("x", "y")) {
            ObjectNode branch = object(depth);
            if (!branch.has("properties")) {
                branch = NODES.objectNode().put("type", "object");
                branch.putObject("properties");
                branch.putArray("required");
            }
            branch.withObject("properties").putObject("kind").put("const", kind);
            ArrayNode required = branch.putArray("required");
            required.add("kind");
            branches.add(branch);
        }
        branches.addObject().put("type", "integer");
        return schema;
    }

    private ObjectNode scalar() {
        ObjectNode schema = NODES.objectNode();
        switch (random.nextInt(12)) {
            case 0 -> schema.put("type", "boolean");
            case 1 -> schema.put("type", "null");
            case 2 -> schema.put("type", "string");
            case 3 -> schema.put("type", "string").put("minLength", random.nextInt(4))
                    .put("maxLength", 4 + random.nextInt(9));
            case 4 -> schema.put("type", "string").put("format", FORMATS.get(random.nextInt(FORMATS.size())));
            case 5 -> schema.put("type", "string").put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
            case 6 -> schema.putArray("enum").add("x").add(3).addNull().add(1.5).add("q\"ü");
            case 7 -> schema.putArray("type").add("integer").add("null");
            case 8 -> bounds(schema.put("type", "integer"));
            case 9 -> bounds(schema.put("type", "number"));
            case 10 -> schema.put("type", "number");
            default -> schema.put("type", "string").put("nullable", true).putArray("enum").add("on").add("off");
        }
        return schema.has("nullable") ? schema.without("nullable") : schema;
    }

    private void bounds(ObjectNode schema) {
        boolean whole = schema.get("type").textValue().equals("integer");
        double low = random.nextInt(2000) - 1000;
        double high = low + 1 + random.nextInt(1500);
        if (!whole) {
            low = low / 100;
            high = high / 100;
        }
        if (random.nextInt(4) > 0) {
            schema.put(random.nextInt(3) > 0 ? "minimum" : "exclusiveMinimum", number(low, whole));
        }
        if (random.nextInt(4) > 0) {
            schema.put(random.nextInt(3) > 0 ? "maximum" : "exclusiveMaximum", number(high + 1, whole));
        }
    }

    private static java.math.BigDecimal number(double value, boolean whole) {
        return java.math.BigDecimal.valueOf(value).setScale(whole ? 0 : 2, java.math.RoundingMode.HALF_UP);
    }
}
