package quern.inference.template;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A mapping value.
 *
 * @param isContent whether its keys came from the conversation
 * @param mutable a namespace, whose attributes a template may set
 */
record Dictionary(Map<String, Object> entries, boolean isContent, boolean mutable) {

    static Dictionary namespace() {
        return new Dictionary(new LinkedHashMap<>(), false, true);
    }

    Object get(String key) {
        return entries.getOrDefault(key, Nothing.UNDEFINED);
    }

    Text key(String key) {
        return Text.of(key, isContent);
    }
}
