package quern.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads {@link ApplianceConfig} from, each overriding the one before: {@code reference.conf}, the user's HOCON file,
 * {@code QUERN_SECTION_KEY} environment variables, command-line overrides. The keys are the record components in
 * kebab case under {@code quern.}; there is no other list of them.
 *
 * <p>All problems are reported in one {@link QuernException} (FATAL), a line each with the file and line, and for an
 * unknown key the nearest known one.
 */
public final class ConfigLoader {

    static final String ROOT = "quern";
    private static final String FILE_NAME = "quern.conf";
    private static final long FILE_BYTES_MAX = 1 << 20;

    private final ConfigSources sources;
    private final Problems problems = new Problems();
    private final KeyTree keys = KeyTree.of(ApplianceConfig.class, ROOT);

    private ConfigLoader(ConfigSources sources) {
        this.sources = sources;
    }

    /** @throws QuernException naming every problem found */
    public static LoadedConfig load(ConfigSources sources) {
        return new ConfigLoader(sources).load();
    }

    /** The defaults of {@code reference.conf} with the given data directory, nothing else consulted. */
    public static ApplianceConfig defaults(Path data) {
        return load(ConfigSources.none().with("data", data.toString())).config();
    }

    private LoadedConfig load() {
        Config reference = reference();
        Map<String, Setting> settings = new TreeMap<>();
        collect(reference.root(), "", Origin.Source.DEFAULT, "reference.conf", settings);
        Map<String, Setting> defaults = Map.copyOf(settings);
        readFile(reference, settings);
        readEnvironment(settings);
        readOverrides(settings);
        settings.put(ROOT + ".data", dataSetting(settings));
        var reader = new RecordReader(keys, settings, defaults, problems);
        ApplianceConfig config = reader.read(ApplianceConfig.class, ROOT);
        problems.throwIfAny();
        return new LoadedConfig(config, origins(settings));
    }

    private List<Origin> origins(Map<String, Setting> settings) {
        List<Origin> origins = new ArrayList<>();
        for (String key : keys.leaves()) {
            origins.add(origin(settings.get(key)));
        }
        settings.values().stream().filter(setting -> !keys.leaves().contains(setting.key()))
                .forEach(setting -> origins.add(origin(setting)));
        return List.copyOf(origins);
    }

    private static Origin origin(Setting setting) {
        return new Origin(setting.key(), setting.text(), setting.source(), setting.where());
    }

    private static Config reference() {
        var loader = ConfigLoader.class.getClassLoader();
        return ConfigFactory.parseResources(loader, "reference.conf").withOnlyPath(ROOT);
    }

    private void readFile(Config reference, Map<String, Setting> settings) {
        Optional<Path> file = file();
        if (file.isEmpty()) {
            return;
        }
        Path path = file.get();
        String origin = path.toString();
        try {
            if (Files.size(path) > FILE_BYTES_MAX) {
                problems.add(origin, "", "file of " + Files.size(path) + " bytes, at most " + FILE_BYTES_MAX);
                return;
            }
            var options = ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new NoIncludes());
            Config parsed = ConfigFactory.parseFile(path.toFile(), options);
            Config resolved = parsed.resolveWith(parsed.withFallback(reference));
            Map<String, Setting> own = new LinkedHashMap<>();
            collect(resolved.root(), "", Origin.Source.FILE, origin, own);
            Setting data = own.get(ROOT + ".data");
            if (data != null && sources.file().isEmpty()) {
                problems.add(data.where(), data.key(), "a file found in the data directory cannot name another one");
            }
            settings.putAll(own);
        } catch (IOException e) {
            problems.add(origin, "", "cannot be read: " + e);
        } catch (ConfigException e) {
            problems.add(origin, "", e.getMessage());
        }
    }

    private Optional<Path> file() {
        if (sources.file().isPresent()) {
            Path named = sources.file().get();
            if (!Files.isRegularFile(named)) {
                problems.add(named.toString(), "", "no such configuration file");
                return Optional.empty();
            }
            return Optional.of(named);
        }
        return dataBeforeFile().map(data -> data.resolve(FILE_NAME)).filter(Files::isRegularFile);
    }

    /** The data directory as far as it is known without the file that may lie in it. */
    private Optional<Path> dataBeforeFile() {
        String text = sources.overrides().get("data");
        if (text == null) {
            text = sources.environment().get("QUERN_DATA");
        }
        try {
            boolean named = text != null && !text.isBlank();
            return Optional.of(named ? SettingText.path(text) : DataDirectory.defaultFor(sources.environment()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Setting dataSetting(Map<String, Setting> settings) {
        Setting data = settings.get(ROOT + ".data");
        if (!data.text().isBlank()) {
            return data;
        }
        Path fallback = DataDirectory.defaultFor(sources.environment());
        return Setting.ofText(data.key(), fallback.toString(), Origin.Source.DEFAULT, data.where());
    }

    private void readEnvironment(Map<String, Setting> settings) {
        Map<String, String> keyByName = keys.keyByEnvironmentName();
        for (var entry : new TreeMap<>(sources.environment()).entrySet()) {
            String name = entry.getKey();
            String where = "environment " + name;
            String key = keyByName.get(name);
            if (key != null) {
                settings.put(key, Setting.ofText(key, entry.getValue(), Origin.Source.ENVIRONMENT, where));
            } else if (keys.looksLikeOurs(name)) {
                String nearest = Nearest.to(name, keyByName.keySet()).map(n -> ", did you mean " + n + "?").orElse("");
                problems.add("environment", name, "unknown variable" + nearest);
            }
        }
    }

    private void readOverrides(Map<String, Setting> settings) {
        for (var entry : sources.overrides().entrySet()) {
            String key = ROOT + "." + entry.getKey();
            if (keys.isLeaf(key)) {
                settings.put(key, Setting.ofText(key, entry.getValue(), Origin.Source.COMMAND_LINE, "command line"));
            } else {
                unknown("command line", key);
            }
        }
    }

    private void collect(
            ConfigObject object, String prefix, Origin.Source source, String file, Map<String, Setting> out) {
        for (var entry : object.entrySet()) {
            String key = prefix + entry.getKey();
            ConfigValue value = entry.getValue();
            String where = file + ":" + value.origin().lineNumber();
            boolean nested = value.valueType() == ConfigValueType.OBJECT;
            if (keys.isLeaf(key)) {
                if (nested) {
                    problems.add(where, key, "expected a value, found a section");
                } else {
                    out.put(key, new Setting(key, value.unwrapped(), source, where));
                }
            } else if (keys.isSection(key)) {
                if (nested) {
                    collect((ConfigObject) value, key + ".", source, file, out);
                } else {
                    problems.add(where, key, "expected a section { ... }, found " + value.render());
                }
            } else {
                unknown(where, key);
            }
        }
    }

    private void unknown(String where, String key) {
        String nearest = Nearest.to(key, keys.all()).map(k -> ", did you mean " + k + "?").orElse("");
        problems.add(where, key, "unknown key" + nearest);
    }
}
