package quern.appliance.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import quern.config.ConfigLoader;
import quern.config.ConfigSources;
import quern.config.LoadedConfig;
import quern.config.QuernException;

/** Options that every verb has. */
final class GlobalOptions {

    @Option(names = "--data", paramLabel = "DIR", scope = ScopeType.INHERIT,
            description = "Directory of all state (default: $$QUERN_DATA, else $$XDG_DATA_HOME/quern).")
    private Path data;

    @Option(names = "--config", paramLabel = "FILE", scope = ScopeType.INHERIT,
            description = "Configuration file (default: DIR/quern.conf).")
    private Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", scope = ScopeType.INHERIT,
            description = "Set a configuration key; repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
    private boolean json;

    Screen screen() {
        return new Screen(json);
    }

    boolean json() {
        return json;
    }

    /**
     * The recipe of a verb that takes one: as Data-Juicer's users type it, {@code --config recipe.yaml} names it too.
     *
     * @param given the verb's own parameter, or null
     * @return null where neither names one
     */
    Path recipe(Path given) {
        String name = file == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".yaml") && !name.endsWith(".yml")) {
            return given;
        }
        if (given != null && !given.equals(file)) {
            throw new UsageProblem("two recipes, " + given + " and --config " + file);
        }
        Path recipe = file;
        file = null;
        return recipe;
    }

    /** Sets a key as if {@code --set} had. */
    void set(String key, Object value) {
        if (value != null) {
            settings.put(key, value.toString());
        }
    }

    /** @throws UsageProblem naming every problem of the configuration */
    LoadedConfig load() {
        return load(Map.of());
    }

    /** @param more keys that win over all others */
    LoadedConfig load(Map<String, String> more) {
        Map<String, String> overrides = new LinkedHashMap<>(settings);
        if (data != null) {
            overrides.put("data", data.toString());
        }
        overrides.putAll(more);
        try {
            return ConfigLoader.load(new ConfigSources(Optional.ofNullable(file), System.getenv(), overrides));
        } catch (QuernException e) {
            throw new UsageProblem(e.getMessage(), e);
        }
    }
}
