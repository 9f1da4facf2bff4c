package quern.actors.models;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quern.actors.models.ModelRefused.Reason;

/**
 * What a bundle says of itself: its first file.
 *
 * @param format always {@link #FORMAT}
 * @param name of the model, where it is imported under no other
 * @param layout {@code gguf} (one file) or {@code safetensors}
 * @param fingerprint of the model
 */
record BundleManifest(String format, int version, String name, String layout, String fingerprint, List<Entry> files) {

    /** @param path below {@code model/} in the bundle */
    record Entry(String path, long bytes, String sha256) {}

    static final String FORMAT = "quern-bundle";
    static final int VERSION = 1;
    static final String GGUF = "gguf";
    private static final int FILES_MAX = 10_000;
    private static final String DIGEST = "[0-9a-f]{64}";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    byte[] bytes() throws IOException {
        return JSON.writeValueAsBytes(this);
    }

    boolean single() {
        return layout.equals(GGUF);
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
        require(read.version == VERSION, where, "version " + read.version, "version " + VERSION);
        require(read.name != null && ModelName.isPlain(read.name), where, "a name that is none", "a plain name");
        require(GGUF.equals(read.layout) || "safetensors".equals(read.layout), where, "layout", "gguf or safetensors");
        require(read.fingerprint != null && read.fingerprint.matches(DIGEST), where, "fingerprint", "64 hex digits");
        boolean count = read.files != null && !read.files.isEmpty() && read.files.size() <= FILES_MAX
                && (!read.single() || read.files.size() == 1);
        require(count, where, "number of files", "1 for gguf, else 1 to " + FILES_MAX);
        Set<String> paths = new HashSet<>();
        for (Entry file : read.files) {
            require(file != null && file.path != null && isPlace(file.path) && paths.add(file.path), where,
                    "file '" + (file == null ? null : file.path) + "'",
                    "a path of one or two plain names, no '..', each once");
            require(file.bytes >= 0 && file.sha256 != null && file.sha256.matches(DIGEST), where,
                    "size or SHA-256 of '" + file.path + "'", "a number of bytes and 64 hex digits");
        }
        return read;
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
