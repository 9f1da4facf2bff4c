package quern.inference.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What lies in a model directory and is never read: code, native libraries, Python's pickle formats, directories.
 * Loading a model opens JSON, safetensors and template files only; this says what else was there.
 */
public final class ForeignFiles {

    private static final int ENTRIES_MAX = 10_000;
    private static final int CONFIG_BYTES_MAX = 1 << 20;
    private static final String CODE = "code, never run";
    private static final String PICKLE = "Python pickle, which can run code; never read";

    private static final Map<String, String> ENDINGS = Map.ofEntries(
            Map.entry("py", CODE), Map.entry("pyc", CODE), Map.entry("sh", CODE), Map.entry("js", CODE),
            Map.entry("jar", CODE), Map.entry("class", CODE), Map.entry("so", CODE), Map.entry("dll", CODE),
            Map.entry("dylib", CODE), Map.entry("exe", CODE), Map.entry("wasm", CODE), Map.entry("ptx", CODE),
            Map.entry("bin", PICKLE), Map.entry("pt", PICKLE), Map.entry("pth", PICKLE), Map.entry("ckpt", PICKLE),
            Map.entry("pkl", PICKLE), Map.entry("pickle", PICKLE), Map.entry("joblib", PICKLE),
            Map.entry("npy", PICKLE), Map.entry("npz", PICKLE));

    private ForeignFiles() {}

    /** A line for each, by name; none for a model in one file. */
    public static List<String> in(Path model) {
        List<String> remarks = new ArrayList<>();
        if (!Files.isDirectory(model)) {
            return remarks;
        }
        try (Stream<Path> entries = Files.list(model)) {
            for (Path entry : entries.limit(ENTRIES_MAX).sorted().toList()) {
                String reason = reason(entry);
                if (reason != null) {
                    remarks.add(entry.getFileName() + ": " + reason);
                }
            }
        } catch (IOException failed) {
            throw new ModelFormatException(model.toString(), "cannot be listed", failed);
        }
        JsonNode config = JsonFiles.objectIfPresent(model.resolve("config.json"), CONFIG_BYTES_MAX);
        if (config.has("auto_map")) {
            remarks.add("config.json: auto_map names code to load; never loaded");
        }
        return remarks;
    }

    /** Whether a file of this name is part of a model, so that a copy of the model has to have it. */
    public static boolean isPart(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file) && !name.startsWith(".")
                && List.of("json", "safetensors", "jinja", "model", "txt").contains(ending(name));
    }

    /** All parts of a model in a directory. */
    public static List<Path> parts(Path directory) throws IOException {
        List<Path> parts = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(ForeignFiles::isPart).sorted().forEach(parts::add);
        }
        Path pooling = directory.resolve(PoolingFiles.FOLDER).resolve("config.json");
        if (Files.isRegularFile(pooling)) {
            parts.add(pooling);
        }
        return parts;
    }

    private static String reason(Path entry) {
        if (entry.endsWith(PoolingFiles.FOLDER)) {
            return null;
        }
        if (Files.isDirectory(entry)) {
            return entry.getFileName().toString().startsWith(".") ? null : "a directory, never entered";
        }
        return ENDINGS.get(ending(entry.getFileName().toString()));
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
