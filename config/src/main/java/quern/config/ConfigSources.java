package quern.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration is read from, beside the defaults.
 *
 * @param file the user's file; absent: {@code quern.conf} in the data directory, where there is one
 * @param environment variables of the process
 * @param overrides values of the command line by key, with or without the leading {@code quern.}; kept without it
 */
public record ConfigSources(Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {

    public ConfigSources {
        environment = Map.copyOf(environment);
        overrides = plain(overrides);
    }

    /** One form of each key, so that the later of two ways to write it wins. */
    private static Map<String, String> plain(Map<String, String> overrides) {
        Map<String, String> plain = new LinkedHashMap<>();
        String root = ConfigLoader.ROOT + ".";
        overrides.forEach((key, value) ->
                plain.put(key.startsWith(root) ? key.substring(root.length()) : key, value));
        return Collections.unmodifiableMap(plain);
    }

    /** No file, no environment, no overrides. */
    public static ConfigSources none() {
        return new ConfigSources(Optional.empty(), Map.of(), Map.of());
    }

    /** The environment of this process. */
    public static ConfigSources ofProcess() {
        return new ConfigSources(Optional.empty(), System.getenv(), Map.of());
    }

    public ConfigSources with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(overrides);
        more.put(key, value);
        return new ConfigSources(file, environment, more);
    }

    public ConfigSources withFile(Path path) {
        return new ConfigSources(Optional.of(path), environment, overrides);
    }

    public ConfigSources withEnvironment(Map<String, String> variables) {
        return new ConfigSources(file, variables, overrides);
    }
}
