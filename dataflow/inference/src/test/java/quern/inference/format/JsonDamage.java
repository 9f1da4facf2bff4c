package quern.inference.format;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Damages a JSON document in its structure: values for extremes or other values of it, members gone, renamed, new. */
final class JsonDamage {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> EXTREMES = List.of(
            "-1", "0", "1", "2", "31", "33", "0.5", "-0.0", "1e-320", "1e308", "-1e308", "1e999", "2147483647",
            "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808", "1099511627776",
            "18446744073709551616", "null", "true", "false", "[]", "{}", "\"\"", "\"-1\"", "\"NaN\"", "\"\\u0000\"",
            "\"\\ud800\"", "[[[[[[[[1]]]]]]]]", "{\"a\":{\"a\":{\"a\":1}}}", "[0,1,2,3,4,5,6,7,8,9]", "[-1]", "[null]",
            "\"(a*)*b\"", "\"((((((((\"", "\"[\"", "\"\\\\p{\"", "\"(?:a{1000}){1000}\"", "\"a{999999999}\"",
            "\"(?<=a+)b\"", "\"\\\\1\"", "\"../../etc/passwd\"", "\"/etc/passwd\"", "\"a\\u0000b.safetensors\"",
            "\"%2e%2e%2fx.safetensors\"", "\"..\\u2215x.safetensors\"", "\"__class__\"");

    private final byte[] document;

    JsonDamage(byte[] document) {
        this.document = document;
    }

    byte[] damage(Random random) {
        try {
            JsonNode root = JSON.readTree(document);
            for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
                hit(root, random);
            }
            byte[] bytes = JSON.writeValueAsBytes(root);
            return random.nextInt(20) == 0 ? again(bytes) : bytes;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The whole object's members a second time. */
    private static byte[] again(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return (text.substring(0, text.length() - 1) + "," + text.substring(1)).getBytes(StandardCharsets.UTF_8);
    }

    private static void hit(JsonNode root, Random random) throws JacksonException {
        List<ContainerNode<?>> containers = new ArrayList<>();
        collect(root, containers, 0);
        // Small documents inside large ones are what readers branch on; tables of ten thousand entries are not.
        ContainerNode<?> chosen = containers.get(random.nextInt(random.nextBoolean()
                ? Math.min(40, containers.size()) : containers.size()));
        JsonNode value = random.nextInt(3) > 0 ? JSON.readTree(EXTREMES.get(random.nextInt(EXTREMES.size())))
                : other(containers, random);
        if (chosen instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(5)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", object.remove(name));
                default -> object.set(name, value);
            }
        } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            switch (random.nextInt(4)) {
                case 0 -> array.remove(index);
                case 1 -> array.insert(index, array.get(random.nextInt(array.size())));
                default -> array.set(index, value);
            }
        }
    }

    private static JsonNode other(List<ContainerNode<?>> containers, Random random) {
        ContainerNode<?> from = containers.get(random.nextInt(containers.size()));
        int skip = from.isEmpty() ? 0 : random.nextInt(from.size());
        for (JsonNode child : from) {
            if (skip-- == 0) {
                return child.deepCopy();
            }
        }
        return JSON.nullNode();
    }

    private static void collect(JsonNode node, List<ContainerNode<?>> into, int depth) {
        if (node instanceof ContainerNode<?> container && depth < 30) {
            into.add(container);
            container.forEach(child -> collect(child, into, depth + 1));
        }
    }
}
