package quern.curation;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML 1.1 document that is one map, as plain values with the line each stands on. Depth, aliases and the number of
 * values are limited; tags of programming languages are plain values here and construct nothing.
 */
final class YamlMap {

    /** @param lines lines of list items that are lists or maps, by identity */
    record Value(int line, Object value, Map<Object, Integer> lines) {
        int lineOf(Object item, int index) {
            return lines.getOrDefault(item, line + 1 + index);
        }
    }

    static final YamlMap EMPTY = new YamlMap(Map.of());

    private static final int DEPTH_MAX = 40;
    private static final int VALUES_MAX = 100_000;
    private static final int ALIASES_MAX = 50;

    private final Map<String, Value> values;

    private YamlMap(Map<String, Value> values) {
        this.values = values;
    }

    static YamlMap parse(String text, List<RecipeException.Problem> problems) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setMaxAliasesForCollections(ALIASES_MAX);
        options.setCodePointLimit(Math.max(1, text.length()));
        try {
            Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (root == null || root.getTag().equals(Tag.NULL)) {
                return EMPTY;
            }
            return new Reader(problems).read(root);
        } catch (YAMLException | StackOverflowError e) {
            problems.add(new RecipeException.Problem(0, "recipe", "no valid YAML: " + firstLines(e)));
            return EMPTY;
        }
    }

    /** The same with another value for a key. */
    YamlMap with(String key, Object value) {
        Map<String, Value> changed = new LinkedHashMap<>(values);
        changed.put(key, new Value(0, value, Map.of()));
        return new YamlMap(Collections.unmodifiableMap(changed));
    }

    /** The same with the values of keys that are given beside it; those of operators' parameters are left alone. */
    YamlMap with(List<RecipeOverride> overrides) {
        YamlMap map = this;
        for (RecipeOverride override : overrides) {
            map = override.key().indexOf('.') < 0 ? map.with(override.key(), scalar(override.value())) : map;
        }
        return map;
    }

    /** A value alone; the text itself where it is no valid YAML. */
    static Object scalar(String text) {
        List<RecipeException.Problem> problems = new ArrayList<>();
        Value value = parse("value: " + text, problems).get("value");
        return value == null || !problems.isEmpty() ? text : value.value();
    }

    Map<String, Value> values() {
        return values;
    }

    Value get(String key) {
        return values.get(key);
    }

    int lineOf(String key) {
        Value value = values.get(key);
        return value == null ? 0 : value.line();
    }

    /** What a value is, for messages. */
    static String kind(Object value) {
        return switch (value) {
            case null -> "nothing";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "a map";
            default -> {
                String text = String.valueOf(value);
                yield "'" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "'";
            }
        };
    }

    private static String firstLines(Throwable e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        return message.length() > 300 ? message.substring(0, 300) : message;
    }

    private static final class Reader {

        private final List<RecipeException.Problem> problems;
        private final Map<Object, Integer> lines = new IdentityHashMap<>();
        private int seen;

        Reader(List<RecipeException.Problem> problems) {
            this.problems = problems;
        }

        YamlMap read(Node root) {
            if (!(root instanceof MappingNode map)) {
                problem(root, "recipe", "expected a map of keys");
                return EMPTY;
            }
            Map<String, Value> values = new LinkedHashMap<>();
            for (NodeTuple tuple : tuples(map, 0)) {
                String key = String.valueOf(value(tuple.getKeyNode(), 0));
                Value value = new Value(line(tuple.getKeyNode()), value(tuple.getValueNode(), 0), lines);
                if (values.putIfAbsent(key, value) != null) {
                    problem(tuple.getKeyNode(), key, "given twice");
                }
            }
            return new YamlMap(Collections.unmodifiableMap(values));
        }

        private Object value(Node node, int depth) {
            if (++seen > VALUES_MAX || depth > DEPTH_MAX) {
                throw new YAMLException(seen > VALUES_MAX ? "more than " + VALUES_MAX + " values"
                        : "nested deeper than " + DEPTH_MAX);
            }
            Object value = switch (node) {
                case ScalarNode scalar -> scalar(scalar);
                case SequenceNode list -> {
                    List<Object> items = new ArrayList<>();
                    for (Node item : list.getValue()) {
                        items.add(value(item, depth + 1));
                    }
                    yield items;
                }
                case MappingNode map -> map(map, depth);
                default -> null;
            };
            if (value instanceof List<?> || value instanceof Map<?, ?>) {
                lines.put(value, line(node));
            }
            return value;
        }

        private Map<String, Object> map(MappingNode map, int depth) {
            Map<String, Object> values = new LinkedHashMap<>();
            for (NodeTuple tuple : tuples(map, depth)) {
                String key = String.valueOf(value(tuple.getKeyNode(), depth + 1));
                if (values.containsKey(key)) {
                    problem(tuple.getKeyNode(), key, "given twice");
                }
                values.put(key, value(tuple.getValueNode(), depth + 1));
            }
            return values;
        }

        /** A map's own entries, behind those merged into it ({@code <<: *other}) that it does not give itself. */
        private List<NodeTuple> tuples(MappingNode map, int depth) {
            if (map.getValue().stream().noneMatch(tuple -> tuple.getKeyNode().getTag().equals(Tag.MERGE))) {
                return map.getValue();
            }
            List<NodeTuple> own = new ArrayList<>();
            Map<Object, NodeTuple> merged = new LinkedHashMap<>();
            for (NodeTuple tuple : map.getValue()) {
                if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
                    merge(tuple.getValueNode(), depth, merged);
                } else {
                    own.add(tuple);
                }
            }
            own.forEach(tuple -> merged.remove(value(tuple.getKeyNode(), depth + 1)));
            own.addAll(0, merged.values());
            return own;
        }

        /** Of several maps the first that has a key gives its value, as YAML 1.1 says. */
        private void merge(Node from, int depth, Map<Object, NodeTuple> into) {
            if (depth >= DEPTH_MAX) {
                throw new YAMLException("nested deeper than " + DEPTH_MAX);
            }
            switch (from) {
                case MappingNode map -> tuples(map, depth + 1)
                        .forEach(tuple -> into.putIfAbsent(value(tuple.getKeyNode(), depth + 1), tuple));
                case SequenceNode list -> list.getValue().forEach(item -> merge(item, depth + 1, into));
                default -> problem(from, "<<", "expected a map or a list of maps to merge");
            }
        }

        private Object scalar(ScalarNode node) {
            String text = node.getValue();
            if (node.getTag().equals(Tag.NULL)) {
                return null;
            }
            if (node.getTag().equals(Tag.BOOL)) {
                return Scalars.bool(text);
            }
            if (node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT)) {
                return number(text.replace("_", ""));
            }
            return text;
        }

        private static Object number(String text) {
            try {
                return Long.valueOf(text.startsWith("+") ? text.substring(1) : text);
            } catch (NumberFormatException e) {
                return switch (text.replace("+", "").toLowerCase(java.util.Locale.ROOT)) {
                    case ".inf" -> Double.POSITIVE_INFINITY;
                    case "-.inf" -> Double.NEGATIVE_INFINITY;
                    default -> {
                        Double number = Scalars.number(text);
                        yield number == null ? text : number;
                    }
                };
            }
        }

        private void problem(Node node, String where, String message) {
            problems.add(new RecipeException.Problem(line(node), where, message));
        }

        private static int line(Node node) {
            return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
        }
    }
}
