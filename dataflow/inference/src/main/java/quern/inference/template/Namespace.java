package quern.inference.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** Attributes a template may set from inside a loop. */
record Namespace(Map<String, Object> attributes) {

    Namespace() {
        this(new LinkedHashMap<>());
    }
}
