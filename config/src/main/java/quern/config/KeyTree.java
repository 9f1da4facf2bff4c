package quern.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The known keys: the components of a record and of the records nested in it. Where a component is a map, its section
 * has sections under names that the user chooses; {@value #ANY} stands for them here and in the defaults.
 */
final class KeyTree {

    static final String ANY = "*";
    private static final String NAME = "[a-z0-9][a-z0-9-]{0,39}";

    private final Set<String> sections = new LinkedHashSet<>();
    /** Sections of sections that the user names. */
    private final Set<String> named = new LinkedHashSet<>();
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
            } else if (component.getType() == Map.class) {
                sections.add(key);
                named.add(key);
                add(nested(component), key + "." + ANY);
            } else {
                leaves.add(key);
            }
        }
    }

    /** A record is a section, except the one that is written as a single value. */
    static boolean isSection(Class<?> type) {
        return type.isRecord() && type != DataSize.class;
    }

    /** What the sections of a map are made of. */
    static Class<?> nested(RecordComponent component) {
        return (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1];
    }

    /** The key as it is known: with {@value #ANY} in place of a name that the user chose. */
    String known(String key) {
        for (String section : named) {
            if (key.startsWith(section + ".")) {
                int from = section.length() + 1;
                int to = key.indexOf('.', from) < 0 ? key.length() : key.indexOf('.', from);
                return key.substring(from, to).matches(NAME) ? section + "." + ANY + key.substring(to) : key;
            }
        }
        return key;
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
        return leaves.contains(known(key));
    }

    boolean isSection(String key) {
        return sections.contains(known(key));
    }

    Map<String, String> keyByEnvironmentName() {
        Map<String, String> keyByName = new LinkedHashMap<>();
        leaves.stream().filter(key -> !key.contains("." + ANY + "."))
                .forEach(key -> keyByName.put(environmentName(key), key));
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
