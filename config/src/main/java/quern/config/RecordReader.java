package quern.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes records from settings. A value that cannot be read is replaced by its default after it was reported, so that
 * the record's own checks of the other values still run.
 */
final class RecordReader {

    private final KeyTree keys;
    private final Map<String, Setting> settings;
    private final Map<String, Setting> defaults;
    private final Problems problems;

    RecordReader(KeyTree keys, Map<String, Setting> settings, Map<String, Setting> defaults, Problems problems) {
        this.keys = keys;
        this.settings = settings;
        this.defaults = defaults;
        this.problems = problems;
    }

    /** @return null after a reported problem in the record's own checks */
    <R> R read(Class<R> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = path + "." + KeyTree.kebab(components[i].getName());
            Class<?> component = components[i].getType();
            values[i] = component == Map.class ? named(components[i], key)
                    : KeyTree.isSection(component) ? read(component, key) : leaf(components[i], key);
        }
        return create(type, components, values, path);
    }

    /** A record for each name that anything is set of, by name. */
    private Map<String, Object> named(RecordComponent component, String path) {
        Map<String, Object> records = new TreeMap<>();
        for (String key : settings.keySet()) {
            if (key.startsWith(path + ".")) {
                String name = key.substring(path.length() + 1, key.indexOf('.', path.length() + 1));
                if (!name.equals(KeyTree.ANY) && !records.containsKey(name)) {
                    records.put(name, read((Class<?>) KeyTree.nested(component), path + "." + name));
                }
            }
        }
        return records;
    }

    private Setting setting(String key) {
        return settings.getOrDefault(key, settings.get(keys.known(key)));
    }

    private Object leaf(RecordComponent component, String key) {
        Setting setting = setting(key);
        if (setting == null) {
            throw new IllegalStateException("reference.conf has no " + key);
        }
        try {
            return value(component.getGenericType(), setting);
        } catch (IllegalArgumentException e) {
            problems.add(setting.where(), key, e.getMessage());
            return fallback(component, key);
        }
    }

    private Object fallback(RecordComponent component, String key) {
        // The data directory alone has no default of its own type.
        boolean empty = component.getType() == Path.class && defaults.get(keys.known(key)).text().isEmpty();
        return empty ? Path.of("") : value(component.getGenericType(), defaults.get(keys.known(key)));
    }

    private static Object value(Type type, Setting setting) {
        if (setting.value() == null) {
            throw new IllegalArgumentException("expected a value, found null");
        }
        if (type instanceof ParameterizedType generic) {
            Class<?> item = (Class<?>) generic.getActualTypeArguments()[0];
            if (generic.getRawType() == List.class) {
                return setting.items().stream().map(text -> SettingText.parse(text, item)).toList();
            }
            String text = single(setting);
            return text.isBlank() ? Optional.empty() : Optional.of(SettingText.parse(text, item));
        }
        return SettingText.parse(single(setting), (Class<?>) type);
    }

    private static String single(Setting setting) {
        if (setting.value() instanceof List<?>) {
            throw new IllegalArgumentException("expected one value, found a list");
        }
        return setting.text();
    }

    private <R> R create(Class<R> type, RecordComponent[] components, Object[] values, String path) {
        try {
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Bounds.OutOfBounds refused) {
                refused.byComponent().forEach((component, text) -> {
                    String key = path + "." + KeyTree.kebab(component);
                    problems.add(setting(key).where(), key, text);
                });
                return null;
            }
            throw new IllegalStateException("cannot make " + type, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }
}
