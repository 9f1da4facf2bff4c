package quern.inference.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A mapping value. Keys are what Python can hash; 1, 1.0 and true are the same key. */
final class Dictionary {

    private record Entry(Object key, Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** A mapping of texts that are the template's. */
    static Dictionary of(Map<String, Object> named) {
        Dictionary map = new Dictionary();
        named.forEach((name, value) -> map.put(Text.template(name), value));
        return map;
    }

    /** A key that is there keeps its place and spelling. */
    void put(Object key, Object value) {
        entries.merge(canonical(key), new Entry(key, value), (old, put) -> new Entry(old.key, value));
    }

    /** Undefined if there is no such key. */
    Object get(Object key) {
        Entry entry = entries.get(canonical(key));
        return entry == null ? Nothing.UNDEFINED : entry.value;
    }

    Object get(String key) {
        return get(Text.template(key));
    }

    boolean has(Object key) {
        return entries.containsKey(canonical(key));
    }

    int size() {
        return entries.size();
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>();
        entries.values().forEach(entry -> keys.add(entry.key));
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        entries.values().forEach(entry -> values.add(entry.value));
        return values;
    }

    /** Pairs of key and value. */
    List<Object> items() {
        List<Object> items = new ArrayList<>();
        entries.values().forEach(entry -> items.add(Tuple.of(entry.key, entry.value)));
        return items;
    }

    private static Object canonical(Object key) {
        return switch (key) {
            case Boolean flag -> flag ? 1L : 0L;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
                    (Object) number.longValue();
            case List<?> list when !(list instanceof Progression) -> throw unhashable(key);
            case Dictionary map -> throw unhashable(key);
            case Nothing nothing when nothing == Nothing.UNDEFINED -> throw Nothing.failure("is no key");
            default -> key;
        };
    }

    private static TemplateException unhashable(Object key) {
        return new TemplateException("unhashable type: '" + Values.typeName(key) + "'");
    }
}
