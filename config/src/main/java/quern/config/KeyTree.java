package quern.config;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The known keys: the components of a record and of the records nested in it. */
final class KeyTree {

    private final Set<String> sections = new LinkedHashSet<>();
    private final Set<String> leaves = new LinkedHashSet<>();

    private KeyTree() {}

    static KeyTree of(Class<? extends Record> type, String root) {
        var tree = new KeyTree();
        tree.add(type, root);
        return tree;
    }

    private void add(Class<?> type, String path) {
        sections.add(path);
        for (RecordComponent component : type.getRecordComponents()) {
            String key = path + "." + kebab(component.getName());
            if (isSection(component.getType())) {
                add(component.getType(), key);
            } else {
                leaves.add(key);
            }
        }
    }

    /** A record is a section, except the one that is written as a single value. */
    static boolean isSection(Class<?> type) {
        return type.isRecord() && type != DataSize.class;
    }

    Set<String> leaves() {
        return leaves;
    }

    Set<String> all() {
        Set<String> all = new LinkedHashSet<>(leaves);
        all.addAll(sections);
        return all;
    }

    boolean isLeaf(String key) {
        return leaves.contains(key);
    }

    boolean isSection(String key) {
        return sections.contains(key);
    }

    Map<String, String> keyByEnvironmentName() {
        Map<String, String> keyByName = new LinkedHashMap<>();
        leaves.forEach(key -> keyByName.put(environmentName(key), key));
        return keyByName;
    }

    /** Whether a variable that is no key was meant as one: it names a section, or is one letter away. */
    boolean looksLikeOurs(String name) {
        if (!name.startsWith("QUERN_")) {
            return false;
        }
        for (String section : sections) {
            String prefix = environmentName(section) + "_";
            if (prefix.length() > "QUERN_".length() && name.startsWith(prefix)) {
                return true;
            }
        }
        return leaves.stream().map(KeyTree::environmentName).anyMatch(known -> Nearest.distance(known, name) <= 1);
    }

    static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
