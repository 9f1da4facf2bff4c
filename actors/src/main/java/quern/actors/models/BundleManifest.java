package quern.actors.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import quern.actors.models.ModelRefused.Reason;
import quern.config.EngineConfig.LoadType;
import quern.inference.convert.QuantizedFile;

/**
 * What a bundle says of itself: {@code manifest.json}.
 *
 * @param format always {@link #FORMAT}
 * @param version 1 where there are no adapters, so that earlier ones take it too
 * @param name of the model, where it is imported under no other
 * @param layout {@code gguf} (one file), {@code safetensors}, or {@code adapters}: the model itself is not in it
 * @param fingerprint of the model
 * @param files below {@code model/} in the bundle
 * @param adapters their files lie below {@code adapters/N/}, N counted from 0
 */
record BundleManifest(String format, int version, String name, String layout, String fingerprint,
        List<BundledFile> files, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<BundledAdapter> adapters) {

    BundleManifest {
        adapters = adapters == null ? List.of() : adapters;
    }

    static BundleManifest of(String name, String layout, String fingerprint, List<BundledFile> files,
            List<BundledAdapter> adapters) {
        return new BundleManifest(FORMAT, adapters.isEmpty() ? 1 : VERSION, name, layout, fingerprint, files, adapters);
    }

    static final String FORMAT = "quern-bundle";
    static final int VERSION = 2;
    static final String GGUF = "gguf";
    static final String ADAPTERS = "adapters";
    private static final Set<String> LAYOUTS = Set.of(GGUF, "safetensors", ADAPTERS);
    private static final int FILES_MAX = 10_000;
    private static final int ADAPTERS_MAX = 1000;
    private static final String DIGEST = "[0-9a-f]{64}";
    static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    byte[] bytes() throws IOException {
        return JSON.writeValueAsBytes(this);
    }

    boolean single() {
        return layout.equals(GGUF);
    }

    boolean hasModel() {
        return !layout.equals(ADAPTERS);
    }

    /** All files, in the order of an export: by name in the bundle. */
    SequencedMap<String, BundledFile> byName() {
        SequencedMap<String, BundledFile> all = new LinkedHashMap<>();
        files.forEach(file -> all.put(ModelBundle.FOLDER + file.path(), file));
        for (int i = 0; i < adapters.size(); i++) {
            for (BundledFile file : adapters.get(i).files()) {
                all.put(nameOf(i, file.path()), file);
            }
        }
        return all;
    }

    /** Name in the bundle of an adapter's file. */
    static String nameOf(int adapter, String file) {
        return "adapters/" + adapter + "/" + file;
    }

    /** @throws ModelRefused if it is none, of a version that is not known, or names a place outside the bundle */
    static BundleManifest of(byte[] bytes, String where) {
        BundleManifest read;
        try {
            read = JSON.readValue(bytes, BundleManifest.class);
        } catch (IOException wrong) {
            throw new ModelRefused(Reason.INVALID, where + ": not the manifest of a bundle: "
                    + wrong.getMessage().lines().findFirst().orElse("no JSON"));
        }
        require(read != null && FORMAT.equals(read.format), where, "format", FORMAT);
        require(read.version >= 1 && read.version <= VERSION, where, "version " + read.version,
                "version 1 or " + VERSION);
        require(read.name != null && ModelName.isPlain(read.name), where, "a name that is none", "a plain name");
        require(read.layout != null && LAYOUTS.contains(read.layout), where, "layout", "one of " + LAYOUTS);
        require(read.fingerprint != null && read.fingerprint.matches(DIGEST), where, "fingerprint", "64 hex digits");
        requireFiles(read, where);
        requireAdapters(read, where);
        return read;
    }

    private static void requireFiles(BundleManifest read, String where) {
        boolean count = read.files != null && read.files.isEmpty() != read.hasModel()
                && read.files.size() <= FILES_MAX && (!read.single() || read.files.size() == 1);
        require(count, where, "number of files", "1 for gguf, none for adapters, else 1 to " + FILES_MAX);
        Set<String> paths = new HashSet<>();
        for (BundledFile file : read.files) {
            require(file != null && file.path() != null && isPlace(file.path()) && paths.add(file.path()), where,
                    "file '" + (file == null ? null : file.path()) + "'",
                    "a path of one or two plain names, no '..', each once");
            require(file.bytes() >= 0 && file.sha256() != null && file.sha256().matches(DIGEST), where,
                    "size or SHA-256 of '" + file.path() + "'", "a number of bytes and 64 hex digits");
        }
    }

    private static void requireAdapters(BundleManifest read, String where) {
        require(read.adapters.size() <= ADAPTERS_MAX && (read.version > 1 || read.adapters.isEmpty()), where,
                read.adapters.size() + " adapters", "at most " + ADAPTERS_MAX + ", none in version 1");
        require(read.hasModel() || !read.adapters.isEmpty(), where, "neither model nor adapters", "one of them");
        Set<String> bases = Arrays.stream(LoadType.values())
                .map(type -> QuantizedFile.fingerprint(read.fingerprint, type)).collect(Collectors.toSet());
        Set<String> ids = new HashSet<>();
        Set<String> aliases = new HashSet<>();
        for (BundledAdapter adapter : read.adapters) {
            require(adapter != null, where, "an adapter that is none", "what is said of one");
            adapter.require(where);
            require(ids.add(adapter.id()), where, "adapter '" + adapter.id() + "' again", "each once");
            require(adapter.aliases().stream().allMatch(aliases::add), where, "an alias of adapter '" + adapter.id()
                    + "' again", "each of one adapter");
            require(bases.contains(adapter.baseFingerprint()), where, "adapter '" + adapter.id() + "' of base "
                    + adapter.baseFingerprint(), "of this model, " + read.fingerprint);
        }
    }

    /** Whether a file may lie there: one or two plain names, so that no path leads out of the copy. */
    static boolean isPlace(String path) {
        String[] names = path.split("/", -1);
        for (String name : names) {
            if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._+=-]*") || name.contains("..")) {
                return false;
            }
        }
        return names.length <= 2 && TarHeader.holds(ModelBundle.FOLDER + path);
    }

    private static void require(boolean right, String where, String found, String expected) {
        if (!right) {
            throw new ModelRefused(Reason.INVALID, where + ": found " + found + ", expected " + expected);
        }
    }
}
