package quern.inference.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import quern.config.EngineConfig.LoadType;
import quern.config.StartConfig;

/**
 * Where packed files lie: beside a model that is one file in a directory that can be written, under its name; else in
 * a directory for them, under their fingerprint's. That directory is kept below a size, what was made longest ago goes.
 *
 * @param cache the directory, need not exist
 */
public record PackedPlace(StartConfig config, Path cache) {

    /** Models smaller than this are packed sooner than a file is opened and compared. */
    private static final long MODEL_BYTES_MIN = 64L << 20;
    private static final int NAME_CHARS = 32;

    /** Whether a model of so many bytes has one. */
    public boolean isWanted(long modelBytes) {
        return config.packedFiles() && modelBytes >= MODEL_BYTES_MIN;
    }

    /** @param fingerprint of the model as it is loaded */
    public Path of(Path model, LoadType loadType, String fingerprint) throws IOException {
        Path parent = model.toAbsolutePath().getParent();
        if (config.packedDirectory().isEmpty() && Files.isRegularFile(model) && Files.isWritable(parent)) {
            return parent.resolve(beside(model, loadType));
        }
        Path directory = config.packedDirectory().orElse(cache);
        Files.createDirectories(directory);
        Path file = directory.resolve(
                fingerprint.substring(0, Math.min(NAME_CHARS, fingerprint.length())) + PackedFiles.ENDING);
        prune(directory, file);
        return file;
    }

    private static String beside(Path model, LoadType loadType) {
        String type = loadType == LoadType.AS_STORED ? "" : "." + loadType.name().toLowerCase(Locale.ROOT);
        return model.getFileName() + type + PackedFiles.ENDING;
    }

    /** Those of a model that there are, whatever the load type. */
    public List<Path> existing(Path model, List<String> fingerprints) {
        List<Path> found = new ArrayList<>();
        Path parent = model.toAbsolutePath().getParent();
        for (LoadType type : LoadType.values()) {
            found.add(parent.resolve(beside(model, type)));
        }
        for (String fingerprint : fingerprints) {
            found.add(config.packedDirectory().orElse(cache).resolve(
                    fingerprint.substring(0, Math.min(NAME_CHARS, fingerprint.length())) + PackedFiles.ENDING));
        }
        return found.stream().filter(Files::isRegularFile).toList();
    }

    private void prune(Path directory, Path wanted) throws IOException {
        record Kept(Path file, long bytes, FileTime made) {}
        List<Kept> files = new ArrayList<>();
        try (var children = Files.newDirectoryStream(directory, "*" + PackedFiles.ENDING)) {
            for (Path child : children) {
                if (!child.equals(wanted)) {
                    files.add(new Kept(child, Files.size(child), Files.getLastModifiedTime(child)));
                }
            }
        }
        files.sort(Comparator.comparing(Kept::made));
        long sum = files.stream().mapToLong(Kept::bytes).sum();
        for (Kept oldest : files) {
            if (sum <= config.packedMax().bytes()) {
                return;
            }
            Files.deleteIfExists(oldest.file());
            sum -= oldest.bytes();
        }
    }
}
